#include "commands/facio/runtime/run_events.hpp"

#include "cli/core/json.hpp"
#include "cli/core/utf8.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostText = 2000;

AuditEvent event_of(const TurnRequest& request, std::string_view kind) {
  AuditEvent event;
  event.event = std::string(kind);
  event.status = "ok";
  event.origin = request.origin;
  event.channel = request.channel;
  event.session_key = request.session_key;
  event.run_id = request.run_id;
  event.trace_id = request.trace_id;
  return event;
}

}  // namespace

AuditEvent cron_run_event(const TurnRequest& request, const CronJob& job, std::string_view trigger, std::int64_t planned_ms,
                          std::int64_t duration_ms, const std::string& error) {
  AuditEvent event = event_of(request, "cron_run");
  event.duration_ms = duration_ms;
  event.message = "cron job \"" + job.name + "\": " + (error.empty() ? "ok" : cut_text(error, kMostText));
  if (!error.empty()) event.status = "error";
  JsonDocument details = JsonDocument::object();
  details.set_string("job", job.id);
  details.set_string("name", job.name);
  details.set_integer("planned_ms", planned_ms);
  details.set_string("trigger", trigger);
  event.details = RawJson{details.dump()};
  return event;
}

}  // namespace facio::serve
