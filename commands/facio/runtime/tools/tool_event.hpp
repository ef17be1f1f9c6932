// The audit event of a change that the agent itself made with a tool.
#pragma once

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// As change_event(), but told as the agent's doing, with the run that it belongs to.
inline AuditEvent agent_event(const ToolRun& run, std::string_view event, std::string message, RawJson details) {
  AuditEvent made = change_event(event, std::move(message), std::move(details));
  made.origin = "agent";
  made.channel = run.channel;
  made.session_key = run.session_key;
  made.run_id = run.run_id;
  made.trace_id = run.trace_id;
  return made;
}

}  // namespace facio::serve
