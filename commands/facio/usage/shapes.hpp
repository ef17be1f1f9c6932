// JSON types of the usage area (contract section 11).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// What turns use, counted; the base of every type that has the counters.
struct UsageCounters {
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0, tool_calls_count = 0, iterations = 0, duration_ms = 0;

  /// The fields; `optional` where other agents may leave them out.
  static constexpr auto counters(bool optional) {
    using C = UsageCounters;
    return Fields{
        field("prompt_tokens", &C::prompt_tokens, "prompt tokens", {.optional = optional}),
        field("completion_tokens", &C::completion_tokens, "completion tokens", {.optional = optional}),
        field("cached_tokens", &C::cached_tokens, "cached prompt tokens", {.optional = optional}),
        field("tool_calls_count", &C::tool_calls_count, "tool calls", {.optional = optional}),
        field("iterations", &C::iterations, "model requests", {.optional = optional}),
        field("duration_ms", &C::duration_ms, "time spent", {.format = Format::milliseconds, .optional = optional}),
    };
  }
};

/// Every one of them, in the order of their declaration.
inline constexpr std::int64_t UsageCounters::*kUsageCounters[] = {&UsageCounters::prompt_tokens, &UsageCounters::completion_tokens,
                                                                  &UsageCounters::cached_tokens, &UsageCounters::tool_calls_count,
                                                                  &UsageCounters::iterations,    &UsageCounters::duration_ms};

inline UsageCounters& operator+=(UsageCounters& sum, const UsageCounters& more) {
  for (const auto counter : kUsageCounters) sum.*counter += more.*counter;
  return sum;
}

/// The counters of one group; the members that name the group are those that were asked for.
struct UsageBucket : UsageCounters {
  std::optional<std::string> date, model, origin, channel, session_key, run_id;
  std::int64_t turn_count = 0;
  std::optional<std::int64_t> total;

  static constexpr ShapeHead shape{"UsageBucket", "Token usage of one group of turns", Members::open};
  static constexpr auto fields() {
    using B = UsageBucket;
    return joined(Fields{field("date", &B::date, "day (UTC)", {.format = Format::date}), field("model", &B::model, "model"),
                         field("origin", &B::origin, "what started the turns"), field("channel", &B::channel, "channel"),
                         field("session_key", &B::session_key, "session"), field("run_id", &B::run_id, "run")},
                  inherited<B>(counters(true)),
                  Fields{field("turn_count", &B::turn_count, "turns", {.optional = true}),
                         field("total", &B::total, "prompt and completion tokens together")});
  }
};

struct UsageTotals : UsageCounters {
  std::int64_t turn_count = 0;

  static constexpr ShapeHead shape{"UsageTotals", "Token usage of all turns together", Members::open};
  static constexpr auto fields() {
    return joined(inherited<UsageTotals>(counters(false)), Fields{field("turn_count", &UsageTotals::turn_count, "turns")});
  }
};

struct UsageReport {
  std::string from, to;
  std::vector<std::string> groupBy;
  std::vector<UsageBucket> items;
  UsageTotals totals;

  static constexpr ShapeHead shape{"UsageReport", "The agent's token usage in a period", Members::open};
  static constexpr auto fields() {
    using R = UsageReport;
    return Fields{
        field("from", &R::from, "first day (UTC)", {.format = Format::date}),
        field("to", &R::to, "last day (UTC)", {.format = Format::date}),
        field("groupBy", &R::groupBy, "fields by which the turns are grouped"),
        field("items", &R::items, "the groups"),
        field("totals", &R::totals, "sums over all groups"),
    };
  }
};

struct UsageRun : UsageCounters {
  std::string run_id, ts, date;
  std::optional<std::string> model, provider, origin, channel, session_key;

  static constexpr ShapeHead shape{"UsageRun", "Token usage of one run", Members::open};
  static constexpr auto fields() {
    using R = UsageRun;
    return joined(Fields{field("run_id", &R::run_id, "id of the run"), field("ts", &R::ts, "when it started", {.format = Format::time}),
                         field("date", &R::date, "day to which it counts (UTC)", {.format = Format::date}),
                         field("model", &R::model, "model", {.nullable = true}),
                         field("provider", &R::provider, "provider of the model", {.nullable = true}),
                         field("origin", &R::origin, "what started it", {.nullable = true}),
                         field("channel", &R::channel, "channel", {.nullable = true}),
                         field("session_key", &R::session_key, "session", {.nullable = true})},
                  inherited<R>(counters(false)));
  }
};

}  // namespace facio
