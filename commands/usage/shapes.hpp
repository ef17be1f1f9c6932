// JSON types of the usage area (contract section 11).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// The counters of one group; the members that name the group are those that were asked for.
struct UsageBucket {
  std::optional<std::string> date, model, origin, channel, session_key;
  std::optional<std::int64_t> prompt_tokens, completion_tokens, cached_tokens, tool_calls_count, iterations, duration_ms, turn_count;

  static constexpr std::string_view shape_name = "UsageBucket";
  static constexpr std::string_view shape_doc = "What one group of turns used";
  static constexpr bool shape_open = true;
  static constexpr auto fields() {
    using B = UsageBucket;
    return std::tuple{
        field("date", &B::date, "day (UTC)", {.format = Format::date}),
        field("model", &B::model, "model"),
        field("origin", &B::origin, "what started the turns"),
        field("channel", &B::channel, "channel"),
        field("session_key", &B::session_key, "session"),
        field("prompt_tokens", &B::prompt_tokens, "tokens that went to the model"),
        field("completion_tokens", &B::completion_tokens, "tokens that came back"),
        field("cached_tokens", &B::cached_tokens, "part of the prompt tokens that was cached"),
        field("tool_calls_count", &B::tool_calls_count, "calls of tools"),
        field("iterations", &B::iterations, "requests to the model"),
        field("duration_ms", &B::duration_ms, "time spent", {.format = Format::milliseconds}),
        field("turn_count", &B::turn_count, "turns"),
    };
  }
};

struct UsageTotals {
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0, tool_calls_count = 0, iterations = 0, duration_ms = 0, turn_count = 0;

  static constexpr std::string_view shape_name = "UsageTotals";
  static constexpr std::string_view shape_doc = "What all turns together used";
  static constexpr bool shape_open = true;
  static constexpr auto fields() {
    using T = UsageTotals;
    return std::tuple{
        field("prompt_tokens", &T::prompt_tokens, "tokens that went to the model"),
        field("completion_tokens", &T::completion_tokens, "tokens that came back"),
        field("cached_tokens", &T::cached_tokens, "part of the prompt tokens that was cached"),
        field("tool_calls_count", &T::tool_calls_count, "calls of tools"),
        field("iterations", &T::iterations, "requests to the model"),
        field("duration_ms", &T::duration_ms, "time spent", {.format = Format::milliseconds}),
        field("turn_count", &T::turn_count, "turns"),
    };
  }
};

struct UsageReport {
  std::string from, to;
  std::vector<std::string> groupBy;
  std::vector<UsageBucket> items;
  UsageTotals totals;

  static constexpr std::string_view shape_name = "UsageReport";
  static constexpr std::string_view shape_doc = "What the agent used in a span of days";
  static constexpr bool shape_open = true;
  static constexpr auto fields() {
    using R = UsageReport;
    return std::tuple{
        field("from", &R::from, "first day (UTC)", {.format = Format::date}),
        field("to", &R::to, "last day (UTC)", {.format = Format::date}),
        field("groupBy", &R::groupBy, "what the groups have in common"),
        field("items", &R::items, "the groups"),
        field("totals", &R::totals, "sums over all groups"),
    };
  }
};

struct UsageRun {
  std::string run_id, ts, date;
  std::optional<std::string> model, provider, origin, channel, session_key;
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0, tool_calls_count = 0, iterations = 0, duration_ms = 0;

  static constexpr std::string_view shape_name = "UsageRun";
  static constexpr std::string_view shape_doc = "What one run used";
  static constexpr bool shape_open = true;
  static constexpr auto fields() {
    using R = UsageRun;
    return std::tuple{
        field("run_id", &R::run_id, "id of the run"),
        field("ts", &R::ts, "when it started", {.format = Format::time}),
        field("date", &R::date, "day it counts for (UTC)", {.format = Format::date}),
        field("model", &R::model, "model", {.nullable = true}),
        field("provider", &R::provider, "provider of the model", {.nullable = true}),
        field("origin", &R::origin, "what started it", {.nullable = true}),
        field("channel", &R::channel, "channel", {.nullable = true}),
        field("session_key", &R::session_key, "session", {.nullable = true}),
        field("prompt_tokens", &R::prompt_tokens, "tokens that went to the model"),
        field("completion_tokens", &R::completion_tokens, "tokens that came back"),
        field("cached_tokens", &R::cached_tokens, "part of the prompt tokens that was cached"),
        field("tool_calls_count", &R::tool_calls_count, "calls of tools"),
        field("iterations", &R::iterations, "requests to the model"),
        field("duration_ms", &R::duration_ms, "time spent", {.format = Format::milliseconds}),
    };
  }
};

}  // namespace facio
