// Counts of audit events in a span of time.
#pragma once

#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// Full blocks are counted ahead; only the ends of the span are counted now (audit_chain.hpp).
Result<AuditStats> audit_stats(Database& database, std::string_view agent, std::int64_t from_ms, std::int64_t to_ms);

}  // namespace facio::store
