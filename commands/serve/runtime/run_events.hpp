// What a run leaves in the audit log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commands/audit/shapes.hpp"
#include "commands/cron/shapes.hpp"
#include "commands/serve/runtime/turn.hpp"

namespace facio::serve {

/// The message that starts the turn.
AuditEvent message_in_event(const TurnRequest& request);

/// What a turn did: llm_call, and message_out when there is an answer.
std::vector<AuditEvent> turn_events(const TurnRequest& request, const TurnResult& result);

/// The end of a cron job's run; `error` is empty when it ended ok.
AuditEvent cron_run_event(const TurnRequest& request, const CronJob& job, std::string_view trigger, std::int64_t planned_ms,
                          std::int64_t duration_ms, const std::string& error);

}  // namespace facio::serve
