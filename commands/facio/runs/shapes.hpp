// What is shown of a run, put together by the client from the audit log and the usage.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// One turn of the agent, from what was asked to its end.
struct RunSummary {
  std::string id;
  std::optional<std::string> started_at, session_key, job, origin, channel;
  std::string status;
  std::optional<std::int64_t> total, prompt_tokens, completion_tokens, duration_ms;
  std::optional<std::string> message, error;

  static constexpr ShapeHead shape{"RunSummary", "One run: what was asked, how it ended and what it used"};
  static constexpr auto fields() {
    using R = RunSummary;
    return Fields{
        field("id", &R::id, "id of the run"),
        field("started_at", &R::started_at, "when it started", {.format = Format::time}),
        field("session_key", &R::session_key, "session it belongs to"),
        field("job", &R::job, "name of the cron job that it is a run of"),
        field("origin", &R::origin, "what started it, such as cron or api"),
        field("channel", &R::channel, "channel it came through"),
        field("status", &R::status, "ok, error, or running as long as it has not ended"),
        field("total", &R::total, "prompt and completion tokens together"),
        field("prompt_tokens", &R::prompt_tokens, "prompt tokens"),
        field("completion_tokens", &R::completion_tokens, "completion tokens"),
        field("duration_ms", &R::duration_ms, "how long it took", {.format = Format::milliseconds}),
        field("message", &R::message, "what the agent was asked"),
        field("error", &R::error, "why it failed"),
    };
  }
};

struct RunList {
  std::vector<RunSummary> items;

  static constexpr ShapeHead shape{"RunList", "Runs, the latest first"};
  static constexpr auto fields() { return Fields{field("items", &RunList::items, "the runs")}; }
};

}  // namespace facio
