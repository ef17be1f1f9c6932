// What a job must satisfy beyond the types of its members; checked by the client before sending and by the server before storing.
#pragma once

#include <cstdint>
#include <string>

#include "cli/core/result.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/cron/shapes.hpp"

namespace facio::cron {

inline constexpr std::int64_t kLeastEvery = 1000;
inline constexpr std::int64_t kLikelySeconds = 10'000'000'000;  // in seconds 2286, in milliseconds April 1970
inline constexpr std::string_view kPayloadKind = "agent_turn";

/// Only the members of its kind may be given. Code::rejected names the missing or extra member.
inline Status check_schedule_members(const CronSchedule& schedule) {
  const struct {
    std::string_view kind, member;
    bool given;
  } members[] = {
      {"at", "at_ms", schedule.at_ms.has_value()},
      {"every", "every_ms", schedule.every_ms.has_value()},
      {"cron", "expr", schedule.expr.has_value()},
      {"cron", "tz", schedule.tz.has_value()},
  };
  for (const auto& [kind, name, given] : members) {
    const std::string path = "schedule." + std::string(name);
    if (kind == schedule.kind && !given && name != "tz")
      return fail_field(Code::rejected, path, path + ": is required for kind " + schedule.kind);
    if (kind != schedule.kind && given)
      return fail_field(Code::rejected, path,
                        path + ": is only for kind " + std::string(kind) + ", not " + schedule.kind + "; leave it out");
  }
  return {};
}

/// The whole schedule as of `now`. Expressions and zones are checked by their formats.
inline Status check_schedule(const CronSchedule& schedule, std::int64_t now) {
  if (auto status = check_schedule_members(schedule); !status) return status;
  if (schedule.every_ms && (*schedule.every_ms < kLeastEvery || *schedule.every_ms > kGreatestEvery))
    return fail_field(Code::rejected, "schedule.every_ms", "schedule.every_ms: must be from 1000 (one second) to 100 years");
  if (schedule.at_ms && *schedule.at_ms <= now) {
    // A number of seconds is a common mistake.
    const bool seconds = *schedule.at_ms > 0 && *schedule.at_ms < kLikelySeconds;
    return fail_field(Code::rejected, "schedule.at_ms",
                      "schedule.at_ms: " + (*schedule.at_ms < 0 ? "the time" : format_rfc3339(*schedule.at_ms)) +
                          (seconds ? " is long past; give milliseconds since 1970, not seconds" : " is in the past"));
  }
  if (schedule.at_ms && *schedule.at_ms > kGreatestInstant)
    return fail_field(Code::rejected, "schedule.at_ms", "schedule.at_ms: must be before the year 10000");
  return {};
}

/// channel and to need deliver; to needs channel.
inline Status check_payload(const CronPayload& payload) {
  if (payload.kind && *payload.kind != kPayloadKind) return fail_field(Code::rejected, "payload.kind", "payload.kind: must be agent_turn");
  if (payload.channel && !payload.deliver) return fail_field(Code::rejected, "channel", "channel: needs deliver true");
  if (payload.to && !payload.deliver) return fail_field(Code::rejected, "to", "to: needs deliver true");
  if (payload.to && !payload.channel) return fail_field(Code::rejected, "to", "to: needs channel");
  return {};
}

/// The whole body of a create, before it is sent; types and formats were checked by its shape.
inline Status check_create(const CronCreate& body, std::int64_t now) {
  if (auto status = check_schedule(body.schedule, now); !status) return status;
  if (body.payload) return {};  // merged by the server
  CronPayload payload;
  payload.deliver = body.deliver.value_or(false);
  if (body.channel && !body.channel->empty()) payload.channel = body.channel;
  if (body.to && !body.to->empty()) payload.to = body.to;
  return check_payload(payload);
}

}  // namespace facio::cron
