#include "commands/serve/runtime/run_events.hpp"

#include "cli/core/json.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostText = 2000;

/// At most kMostText bytes, cut between characters.
std::string shortened(const std::string& text) {
  if (text.size() <= kMostText) return text;
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

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

AuditEvent message_in_event(const TurnRequest& request) {
  AuditEvent event = event_of(request, "message_in");
  event.message = shortened(request.message);
  return event;
}

std::vector<AuditEvent> turn_events(const TurnRequest& request, const TurnResult& result) {
  std::vector<AuditEvent> events;
  AuditEvent call = event_of(request, "llm_call");
  call.model = result.model;
  call.duration_ms = result.duration_ms;
  JsonDocument details = JsonDocument::object();
  details.set_string("provider", result.provider);
  call.details = RawJson{details.dump()};
  if (!result.ok) {
    call.status = "error";
    call.message = shortened(result.error);
  }
  events.push_back(std::move(call));
  if (result.ok) {
    AuditEvent out = event_of(request, "message_out");
    out.message = shortened(result.answer);
    events.push_back(std::move(out));
  }
  return events;
}

AuditEvent cron_run_event(const TurnRequest& request, const CronJob& job, std::string_view trigger, std::int64_t planned_ms,
                          std::int64_t duration_ms, const std::string& error) {
  AuditEvent event = event_of(request, "cron_run");
  event.duration_ms = duration_ms;
  event.message = "cron job \"" + job.name + "\": " + (error.empty() ? "ok" : shortened(error));
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
