// What a run leaves in the audit log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "commands/facio/audit/shapes.hpp"
#include "commands/facio/cron/shapes.hpp"
#include "commands/facio/runtime/turn.hpp"

namespace facio::serve {

/// The end of a cron job's run; `error` is empty when it ended ok.
AuditEvent cron_run_event(const TurnRequest& request, const CronJob& job, std::string_view trigger, std::int64_t planned_ms,
                          std::int64_t duration_ms, const std::string& error);

}  // namespace facio::serve
