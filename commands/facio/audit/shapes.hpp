// JSON types of the audit area (contract section 10).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

inline constexpr std::string_view kAuditStatuses[] = {"ok", "error", "denied", "pending"};

/// One thing that happened. An open object: other agents send more members.
struct AuditEvent {
  std::int64_t seq = 0;
  std::string ts;
  std::string event;
  std::optional<std::string> status, origin, channel, channel_id, session_key, run_id, trace_id, turn_id, parent_run_id, tool_name, model,
      message, actor;
  std::optional<std::int64_t> duration_ms;
  std::optional<RawJson> details;
  std::string prev_hash, hash;

  static constexpr ShapeHead shape{"AuditEvent", "One thing that happened", Members::open};
  static constexpr auto fields() {
    using E = AuditEvent;
    constexpr Attr set_by_store = {.optional = true};
    return Fields{
        field("seq", &E::seq, "position in the agent's log, counted from 1", set_by_store),
        field("ts", &E::ts, "when it happened", {.format = Format::time, .optional = true}),
        field("event", &E::event, "kind of event, as tool_call or api_request"),
        field("status", &E::status, "how it ended", {.choices = kAuditStatuses}),
        field("origin", &E::origin, "what started it, as cron or api"),
        field("channel", &E::channel, "channel it came through"),
        field("channel_id", &E::channel_id, "conversation on that channel"),
        field("session_key", &E::session_key, "session it belongs to"),
        field("run_id", &E::run_id, "run it belongs to"),
        field("trace_id", &E::trace_id, "trace that joins several runs"),
        field("turn_id", &E::turn_id, "turn inside the run"),
        field("parent_run_id", &E::parent_run_id, "run that started this one"),
        field("tool_name", &E::tool_name, "tool that was called"),
        field("model", &E::model, "model that was asked"),
        field("message", &E::message, "one line for people"),
        field("actor", &E::actor, "who did it, where that is known"),
        field("duration_ms", &E::duration_ms, "how long it took", {.format = Format::milliseconds}),
        field("details", &E::details, "whatever else is known"),
        field("prev_hash", &E::prev_hash, "hash of the event before, hexadecimal SHA-256", set_by_store),
        field("hash", &E::hash, "hash of prev_hash, a line feed and this event without hash", set_by_store),
    };
  }
};

struct AuditList {
  std::vector<AuditEvent> items;
  std::optional<bool> hasMore;
  std::optional<std::int64_t> count, limit;

  static constexpr ShapeHead shape{"AuditList", "A page of audit events", Members::open};
  static constexpr auto fields() {
    using L = AuditList;
    return Fields{
        field("items", &L::items, "the events"),
        field("hasMore", &L::hasMore, "more events match beyond this page"),
        field("count", &L::count, "events on this page"),
        field("limit", &L::limit, "most events a page may have"),
    };
  }
};

struct AuditTail {
  std::vector<AuditEvent> items;
  std::int64_t count = 0;
  std::optional<std::string> stream;

  static constexpr ShapeHead shape{"AuditTail", "The last events of today (UTC), oldest first", Members::open};
  static constexpr auto fields() {
    return Fields{field("items", &AuditTail::items, "the events"), field("count", &AuditTail::count, "how many", {.optional = true}),
                  field("stream", &AuditTail::stream, "where the log goes on as server-sent events, when the agent has that")};
  }
};

struct AuditRun {
  std::string run_id;
  std::vector<AuditEvent> items;
  std::int64_t count = 0;
  std::optional<bool> hasMore;

  static constexpr ShapeHead shape{"AuditRun", "All events of one run, oldest first", Members::open};
  static constexpr auto fields() {
    return Fields{field("run_id", &AuditRun::run_id, "the run"), field("items", &AuditRun::items, "the events"),
                  field("count", &AuditRun::count, "how many", {.optional = true}),
                  field("hasMore", &AuditRun::hasMore, "the run has more events than an answer can hold")};
  }
};

struct AuditStats {
  using Counts = std::map<std::string, std::int64_t>;
  std::string from, to;
  std::int64_t total = 0;
  Counts by_event, by_status, by_channel, by_tool, by_model;

  static constexpr ShapeHead shape{"AuditStats", "Counts of audit events in a span of time", Members::open};
  static constexpr auto fields() {
    using S = AuditStats;
    return Fields{
        field("from", &S::from, "start of the span", {.format = Format::time}),
        field("to", &S::to, "end of the span", {.format = Format::time}),
        field("total", &S::total, "events in the span"),
        field("by_event", &S::by_event, "events of each kind"),
        field("by_status", &S::by_status, "events of each status"),
        field("by_channel", &S::by_channel, "events of each channel"),
        field("by_tool", &S::by_tool, "events of each tool"),
        field("by_model", &S::by_model, "events of each model"),
    };
  }
};

}  // namespace facio
