#include "commands/facio/cron/server/body.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/cron/rules.hpp"

namespace facio::serve {
namespace {

/// Lays one member over a value when the body names it; null leaves the value's own empty state.
template <class T>
Status lay(JsonRef from, std::string_view name, T& to, const std::string& prefix = {}) {
  const JsonRef found = from.get(name);
  if (!found) return {};
  const std::string path = prefix + std::string(name);
  if constexpr (is_optional<T>) {
    to.reset();
    return found.is_null() ? Status{} : read_json(found, to.emplace(), path);
  } else {
    if (found.is_null()) {
      to = T{};
      return {};
    }
    return read_json(found, to, path);
  }
}

/// The forms of some clients send "" for what was left empty.
void empty_to_absent(std::optional<std::string>& text) {
  if (text && text->empty()) text.reset();
}

Status lay_payload(JsonRef from, CronPayload& payload, const std::string& prefix) {
  Status status = lay(from, "message", payload.message, prefix);
  if (status) status = lay(from, "deliver", payload.deliver, prefix);
  if (status) status = lay(from, "channel", payload.channel, prefix);
  if (status) status = lay(from, "to", payload.to, prefix);
  if (status) status = lay(from, "detail_prompt", payload.detail_prompt, prefix);
  if (status) status = lay(from, "scripts", payload.scripts, prefix);
  if (status) status = lay(from, "require_approval", payload.require_approval, prefix);
  return status;
}

Status lay_payloads(JsonRef body, CronPayload& payload) {
  const JsonRef nested = body.get("payload");
  if (!nested.is_null()) {
    if (auto status = validate(nested, shape_of<CronPayload>, Direction::patch, "payload"); !status) return status;
    if (auto status = lay(nested, "kind", payload.kind, "payload."); !status) return status;
    if (auto status = lay_payload(nested, payload, "payload."); !status) return status;
  }
  if (auto status = lay_payload(body, payload, ""); !status) return status;
  if (!payload.kind) payload.kind = std::string(cron::kPayloadKind);
  empty_to_absent(payload.channel);
  empty_to_absent(payload.to);
  if (!payload.deliver && !body.get("channel") && !nested.get("channel")) payload.channel.reset();  // deliver was switched off
  if (!payload.deliver && !body.get("to") && !nested.get("to")) payload.to.reset();
  if (!payload.channel && !body.get("to") && !nested.get("to")) payload.to.reset();
  return cron::check_payload(payload);
}

Status lay_schedule(JsonRef from, CronSchedule& schedule, std::int64_t now) {
  const JsonRef kind = from.get("kind");
  if (!kind.is_null() && kind.string() != schedule.kind) schedule = CronSchedule{.kind = kind.string()};
  Status status = lay(from, "at_ms", schedule.at_ms, "schedule.");
  if (status) status = lay(from, "every_ms", schedule.every_ms, "schedule.");
  if (status) status = lay(from, "expr", schedule.expr, "schedule.");
  if (status) status = lay(from, "tz", schedule.tz, "schedule.");
  if (!status) return status;
  return cron::check_schedule(schedule, now);
}

}  // namespace

Status change_job(CronJob& job, JsonRef body, std::int64_t now) {
  if (auto status = validate(body, shape_of<CronCreate>, Direction::patch); !status) return status;
  if (auto status = lay(body, "name", job.name); !status) return status;
  const std::string kind = job.schedule.kind;
  if (const JsonRef schedule = body.get("schedule"); schedule)
    if (auto status = lay_schedule(schedule, job.schedule, now); !status) return status;
  if (auto status = lay_payloads(body, job.payload); !status) return status;
  if (const JsonRef enabled = body.get("enabled"); !enabled.is_null()) job.enabled = enabled.boolean();
  const JsonRef once = body.get("delete_after_run");
  if (!once.is_null()) job.delete_after_run = once.boolean();
  else if (job.schedule.kind != kind || once)  // the default belongs to the kind
    job.delete_after_run = job.schedule.kind == "at";
  return {};
}

Result<CronJob> job_from_body(JsonRef body, std::int64_t now) {
  if (auto status = validate(body, shape_of<CronCreate>, Direction::request); !status) return fail(std::move(status.error()));
  CronJob job;
  if (auto status = change_job(job, body, now); !status) return fail(std::move(status.error()));
  return job;
}

}  // namespace facio::serve
