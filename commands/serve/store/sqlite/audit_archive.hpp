// Which of an agent's events are in archives and no longer in the database: always whole blocks from the beginning of the log.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// The archives of an agent, the oldest first.
Result<std::vector<AuditArchive>> audit_archives(Database& database, std::string_view agent);
/// The newest of them.
Result<std::optional<AuditArchive>> last_archive(Database& database, std::string_view agent);

/// The oldest events that retention wants to archive at once; nothing when there are none. The log's last event always stays.
Result<std::optional<AuditSegment>> expired_segment(Database& database, std::string_view agent, const AuditKeep& keep);

/// Notes that an archive has these events, and deletes them. Code::conflict if they are not the oldest of the log, or not whole blocks.
Status archive_events(Database& database, std::string_view agent, const AuditArchive& archive);

}  // namespace facio::store
