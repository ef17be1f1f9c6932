// JSON types of the audit area (contract section 10).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

inline constexpr std::string_view kAuditStatuses[] = {"ok", "error", "denied", "pending", "skipped"};

/// The kinds of events that agents are known to record.
inline constexpr std::string_view kAuditKinds =
    "api_request approval_request approval_result audit_archived audit_fault audit_lost channel_change clock_set credential_change "
    "cron_run error history_shortened improvement llm_call mcp_change mcp_failure mcp_login mcp_start message_in message_out policy_change "
    "policy_decision push_given_up session_clear session_delete settings_change skill_change tool_call tool_left_out version_change "
    "workspace_change";

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

  static constexpr ShapeHead shape{"AuditEvent", "One recorded event", Members::open};
  static constexpr auto fields() {
    using E = AuditEvent;
    constexpr Attr set_by_store = {.optional = true};
    return Fields{
        field("seq", &E::seq, "position in the agent's log, counted from 1", set_by_store),
        field("ts", &E::ts, "when it happened", {.format = Format::time, .optional = true}),
        field("event", &E::event, "kind of event, such as tool_call or api_request"),
        field("status", &E::status, "how it ended", {.choices = kAuditStatuses}),
        field("origin", &E::origin, "what started it, such as cron or api"),
        field("channel", &E::channel, "channel it came through"),
        field("channel_id", &E::channel_id, "conversation on that channel"),
        field("session_key", &E::session_key, "session it belongs to"),
        field("run_id", &E::run_id, "run it belongs to"),
        field("trace_id", &E::trace_id, "trace that connects several runs"),
        field("turn_id", &E::turn_id, "turn inside the run"),
        field("parent_run_id", &E::parent_run_id, "run that started this one"),
        field("tool_name", &E::tool_name, "tool that was called"),
        field("model", &E::model, "model that was called"),
        field("message", &E::message, "one line of text"),
        field("actor", &E::actor, "who did it, if known"),
        field("duration_ms", &E::duration_ms, "how long it took", {.format = Format::milliseconds}),
        field("details", &E::details, "further information"),
        field("prev_hash", &E::prev_hash, "hash of the previous event, hexadecimal SHA-256", set_by_store),
        field("hash", &E::hash, "hash of prev_hash, a line feed and this event without hash", set_by_store),
    };
  }
};

/// The oldest events, which are in files and no longer in the agent's store.
struct AuditArchived {
  std::int64_t events = 0;
  std::string until, files;
  std::optional<std::string> hash, tree;

  static constexpr ShapeHead shape{"AuditArchived", "The oldest events of the log, which were moved to files", Members::open};
  static constexpr auto fields() {
    using A = AuditArchived;
    return Fields{
        field("events", &A::events, "how many there are: the events from 1 to this one"),
        field("until", &A::until, "time of the last of them", {.format = Format::time}),
        field("files", &A::files, "directory on the agent's machine with the files"),
        field("hash", &A::hash, "hash of the last of them, which is prev_hash of the event after it"),
        field("tree", &A::tree, "roots of the complete subtrees of the Merkle tree over them, largest first, hexadecimal"),
    };
  }
};

struct AuditList {
  std::vector<AuditEvent> items;
  std::optional<bool> hasMore;
  std::optional<std::int64_t> count, limit;
  std::optional<AuditArchived> archived;

  static constexpr ShapeHead shape{"AuditList", "A page of audit events", Members::open};
  static constexpr auto fields() {
    using L = AuditList;
    return Fields{
        field("items", &L::items, "the events"),
        field("hasMore", &L::hasMore, "more events match than this page shows"),
        field("count", &L::count, "events on this page"),
        field("limit", &L::limit, "maximum number of events on a page"),
        field("archived", &L::archived, "where the earlier events are, if the page ends at them"),
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
                  field("stream", &AuditTail::stream, "where the log continues as server-sent events, if the agent offers that")};
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
                  field("hasMore", &AuditRun::hasMore, "the run already has more events than fit into a reply")};
  }
};

struct AuditStats {
  using Counts = std::map<std::string, std::int64_t>;
  std::string from, to;
  std::int64_t total = 0;
  Counts by_event, by_status, by_channel, by_tool, by_model;

  static constexpr ShapeHead shape{"AuditStats", "Counts of audit events in a period", Members::open};
  static constexpr auto fields() {
    using S = AuditStats;
    return Fields{
        field("from", &S::from, "start of the period", {.format = Format::time}),
        field("to", &S::to, "end of the period", {.format = Format::time}),
        field("total", &S::total, "events in the period"),
        field("by_event", &S::by_event, "events of each kind"),
        field("by_status", &S::by_status, "events of each status"),
        field("by_channel", &S::by_channel, "events of each channel"),
        field("by_tool", &S::by_tool, "events of each tool"),
        field("by_model", &S::by_model, "events of each model"),
    };
  }
};

inline constexpr std::string_view kAuditFaults[] = {"cut", "rewritten", "damaged", "other-key", "no-checkpoint"};

/// Something that a start of the server found.
struct AuditFinding {
  std::string ts, what, message;
  std::optional<std::int64_t> events;
  std::optional<std::string> checkpoint;

  static constexpr ShapeHead shape{"AuditFinding", "How the log disagreed with its last signed checkpoint", Members::open};
  static constexpr auto fields() {
    using F = AuditFinding;
    return Fields{
        field("ts", &F::ts, "when it was found, at a start of the server", {.format = Format::time}),
        field("what", &F::what, "kind of fault", {.choices = kAuditFaults}),
        field("message", &F::message, "one line of text"),
        field("events", &F::events, "how many events the log had then"),
        field("checkpoint", &F::checkpoint, "the signed note that the log disagreed with"),
    };
  }
};

/// The log as it is now, signed.
struct AuditCheckpoint {
  std::string checkpoint, key;
  std::int64_t size = 0;
  std::string root;
  std::optional<AuditArchived> archived;
  std::vector<AuditFinding> findings;

  static constexpr ShapeHead shape{"AuditCheckpoint", "The audit log as it is now, signed by the agent", Members::open};
  static constexpr auto fields() {
    using C = AuditCheckpoint;
    return Fields{
        field("checkpoint", &C::checkpoint, "signed note (c2sp.org/tlog-checkpoint) with size and root"),
        field("key", &C::key, "public key of the signature, as audit key shows it"),
        field("size", &C::size, "events in the log"),
        field("root", &C::root, "root of the Merkle tree (RFC 6962) whose records are the 32 bytes of each event's hash, hexadecimal"),
        field("archived", &C::archived, "the oldest events, when they were moved to files"),
        field("findings", &C::findings, "problems that the agent found and that nobody has resolved"),
    };
  }
};

struct AuditKey {
  std::string key, origin, algorithm, public_key;

  static constexpr ShapeHead shape{"AuditKey", "The public key that verifies checkpoints of the audit log", Members::open};
  static constexpr auto fields() {
    using K = AuditKey;
    return Fields{
        field("key", &K::key, "NAME+HASH+KEY, the form that programs for signed notes accept (c2sp.org/signed-note)"),
        field("origin", &K::origin, "name of the log, which is the first line of its checkpoints"),
        field("algorithm", &K::algorithm, "ed25519"),
        field("public_key", &K::public_key, "its 32 bytes", {.format = Format::base64}),
    };
  }
};

}  // namespace facio
