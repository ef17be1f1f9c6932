// The tables and their migrations.
#pragma once

#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// The newest schema version that this program knows.
int schema_version();

/// The schema version of a database that this program may use; 0: it is empty. Code::usage as migrate().
Result<int> known_version(Database& database, const std::string& where);

/// Migrates a new or older database to the newest version, each step in its own transaction. Code::usage if the database is newer or
/// foreign; `where` names it in the message.
Status migrate(Database& database, const std::string& where);

}  // namespace facio::store
