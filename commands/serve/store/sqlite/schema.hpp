// The tables and how older files become newer ones.
#pragma once

#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// The newest schema version that this program knows.
int schema_version();

/// Brings a new or older database to the newest version, each step in a transaction of its own. Code::usage when the
/// database is newer, or not ours at all; `where` names it in the message.
Status migrate(Database& database, const std::string& where);

}  // namespace facio::store
