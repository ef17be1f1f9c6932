// Endpoints of the audit area (contract section 10).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/audit/shapes.hpp"

namespace facio::audit {

inline constexpr Column kColumns[] = {
    {"ts", "TS"},
    {"event", "EVENT"},
    {"status", "STATUS"},
    {"channel", "CHANNEL"},
    {"run_id", "RUN"},
    {"tool_name", "TOOL"},
    {"session_key", "SESSION", true},
    {"model", "MODEL", true},
    {"trace_id", "TRACE", true},
    {"message", "MESSAGE"},
    {"duration_ms", "DURATION", true},
    {"details", "DETAILS", true},
};

inline constexpr std::string_view kSortColumns[] = {"ts", "event", "channel", "model", "status"};
inline constexpr std::string_view kSortDirections[] = {"asc", "desc"};

inline constexpr Param kFrom =
    query_param("from", types::string, "events from this time on", {.format = Format::time_or_date, .flag = "since", .value_name = "TIME"});
inline constexpr Param kTo = query_param("to", types::string, "events up to this time; a day means its end",
                                         {.format = Format::time_or_date, .flag = "until", .value_name = "TIME"});

constexpr Param exact(std::string_view name, std::string_view doc, std::string_view flag, std::string_view value_name, bool repeatable,
                      std::span<const std::string_view> choices = {}) {
  return query_param(name, types::string, doc,
                     {.repeatable = repeatable, .choices = choices, .agent_decides = true, .flag = flag, .value_name = value_name});
}

inline constexpr Param kEventFilters[] = {
    exact("event", "only this kind of event", "event", "KIND", true),
    exact("status", "only events that ended so", "status", "STATUS", true, kAuditStatuses),
    exact("channel", "only events of this channel", "channel", "NAME", true),
};
inline constexpr Param kOriginFilters[] = {
    exact("origin", "only events that this started", "origin", "NAME", true),
    exact("tool", "only calls of this tool", "tool", "NAME", true),
    exact("model", "only events of this model", "model", "NAME", true),
    exact("sessionKey", "only events of this session", "session", "KEY", true),
    exact("runId", "only events of this run", "run", "ID", true),
};

inline constexpr auto kListParams = joined_params(
    kFrom, kTo,
    query_param("limit", types::integer, "most events to show",
                {.min = 1, .max = 1000, .default_text = "100", .letter = 'n', .value_name = "N"}),
    query_param("offset", types::integer, "events to skip first", {.min = 0, .max = 1e9, .default_text = "0", .value_name = "N"}),
    query_param("afterSeq", types::integer, "only events behind this place in the log", {.min = 0, .max = 1e15, .value_name = "N"}),
    query_param("sortBy", types::string, "order of the events", {.choices = kSortColumns, .default_text = "ts", .flag = "order-by"}),
    query_param("sortDir", types::string, "direction of the order", {.choices = kSortDirections, .default_text = "desc", .flag = "order"}),
    kEventFilters, exact("channelId", "only events of this conversation", "channel-id", "ID", false), kOriginFilters,
    exact("parentRunId", "only events of runs that this run started", "parent-run", "ID", false),
    exact("traceId", "only events of this trace", "trace", "ID", false), exact("turnId", "only events of this turn", "turn", "ID", false));

inline constexpr auto kStreamParams = joined_params(
    query_param("after", types::string, "only events behind this id (SEQ.HASH, as the stream gives it) or place; 0 is the beginning",
                {.max_length = 64, .value_name = "ID"}),
    kFrom, kEventFilters, kOriginFilters,
    query_param("follow", types::boolean, "go on with what comes; else the stream ends behind the last event", {.default_text = "true"}));
inline constexpr Param kTailLimit =
    query_param("limit", types::integer, "most events to show",
                {.min = 1, .max = 500, .default_text = "50", .alias = "n", .letter = 'n', .value_name = "N"});
inline constexpr Param kRunParams[] = {
    path_param("runId", "id of the run", {.example = "9b2c41d7", .value_name = "RUN"}),
    local_flag("tree", types::boolean, "step by step, with tokens, durations and the decisions of the policy", {.group = "look"}),
    local_flag("timeline", types::boolean, "as bars over time", {.group = "look"}),
    local_flag("show_args", types::boolean, "with either: what tools were called with"),
};

constexpr Param local_time(std::string_view name, std::string_view doc) {
  return local_flag(name, types::string, doc, {.format = Format::time_or_date, .value_name = "TIME"});
}
constexpr Param local_words(std::string_view name, std::string_view doc, std::string_view value_name) {
  return local_flag(name, types::string, doc, {.repeatable = true, .value_name = value_name});
}
constexpr Param local_duration(std::string_view name, std::string_view doc) {
  return local_flag(name, types::integer, doc, {.format = Format::milliseconds, .min = 1, .max = 1e10});
}

// What `audit` and its relatives filter by.
inline constexpr Param kSince = local_time("since", "events from this time on: 2h, today, 2026-11-20, 22:00, RFC 3339");
inline constexpr Param kUntil = local_time("until", "events up to this time; a day means its end");
inline constexpr Param kFilters[] = {
    local_words("type", "only these kinds of event, joined by commas", "KIND"),
    local_words("event", "the same as --type", "KIND"),
    local_words("run", "only events of this run; the start of its id will do", "RUN"),
    local_words("session", "only events of this session", "KEY"),
    local_words("tool", "only calls of tools that fit, as 'mcp:*'", "GLOB"),
    local_words("status", "only events that ended so: ok, error, denied, pending", "STATUS"),
    local_words("channel", "only events of this channel", "NAME"),
    local_words("origin", "only events that this started", "NAME"),
    local_words("model", "only events of this model", "NAME"),
};
inline constexpr Param kGrepFlag =
    local_flag("grep", types::string, "only events in whose JSON this regular expression is found", {.value_name = "RE"});
inline constexpr Param kIgnoreCase =
    local_flag("ignore_case", types::boolean, "take great and small letters for the same", {.letter = 'i'});
inline constexpr Param kLines = local_flag("lines", types::integer, "most events to show; 0 with -f: only what comes",
                                           {.min = 0, .max = 1e9, .letter = 'n', .value_name = "N"});
inline constexpr Param kShowArgs =
    local_flag("show_args", types::boolean, "show what tools were called with, not only the names of the arguments");
inline constexpr Param kOutput = local_flag(
    "output", types::string, "short, long, cat, json, ndjson, table, wide, yaml, csv, tsv; jsonpath=EXPR or template=TEXT of each event",
    {.letter = 'o', .value_name = "FORMAT"});
inline constexpr Param kGroup = local_flag("group", types::string, "the contexts of this group, as one log", {.value_name = "GROUP"});
inline constexpr Param kFile =
    local_flag("file", types::string, "read this file of one event a line (.zst too) instead of an agent; - is standard input",
               {.value_name = "FILE"});

inline constexpr auto kStatsParams = joined_params(
    kFrom, kTo,
    local_words("by", "count in groups of type, tool, hour, day, status, session, channel, origin, model, run or actor, joined by commas",
                "KEYS"),
    kFilters, kGrepFlag, kFile);

inline constexpr auto kLogParams = joined_params(
    local_flag("follow", types::boolean, "go on with what comes", {.letter = 'f'}), kLines, kSince, kUntil, kFilters, kGrepFlag,
    kIgnoreCase, kShowArgs, kOutput,
    local_flag("cursor", types::string, "begin with the event of this cursor", {.value_name = "CURSOR", .group = "where"}),
    local_flag("after_cursor", types::string, "begin behind the event of this cursor", {.value_name = "CURSOR", .group = "where"}),
    local_flag("cursor_file", types::string, "begin behind the cursor in this file, and keep the new one there",
               {.value_name = "FILE", .group = "where"}),
    local_flag("show_cursor", types::boolean, "print the cursor at the end"),
    local_flag("newest", types::boolean, "with -n and a cursor: the last events behind it, not the first"),
    local_duration("heartbeat", "with -f: a line every so often, whatever happens"),
    local_duration("max_idle", "with -f: end with code 12 when nothing was printed for so long"),
    local_flag("exit_on", types::string, "with -f: end with code 8 at an event for which this holds", {.value_name = "EXPR"}),
    local_flag("until_run_ends", types::string, "follow until this run ends", {.value_name = "RUN"}),
    local_flag("exit_status", types::boolean, "with --until-run-ends: code 8 when the run failed"),
    local_flag("count", types::integer, "with -f: end after so many events", {.min = 1, .max = 1e9, .value_name = "N"}),
    local_flag("strict", types::boolean, "end with code 16 when events may be missing"),
    local_flag("poll", types::boolean, "with -f: ask again and again, even where the agent can stream"), kGroup, kFile);
inline constexpr auto kGrepParams = joined_params(positional("pattern", "regular expression", {.required = true, .value_name = "RE"}),
                                                  kLines, kSince, kUntil, kFilters, kIgnoreCase, kShowArgs, kOutput, kGroup, kFile);

inline constexpr auto kExportParams =
    joined_params(kSince, kUntil, kFilters, kGrepFlag,
                  local_flag("output", types::string, "ndjson, or ndjson.zst, which is also meant by a file of that ending",
                             {.letter = 'o', .value_name = "FORMAT"}),
                  local_flag("chain", types::boolean, "bind every line to the one before by its SHA-256, for audit verify"),
                  local_flag("out", types::string, "write this file instead of standard output", {.value_name = "FILE"}), kFile);
inline constexpr Param kVerifyParams[] = {
    local_flag("server", types::boolean, "the agent's own log; files before it are its archives"),
    local_flag("head", types::string, "with --server: go on from this known end of the log, as an earlier run printed it",
               {.value_name = "HEAD"}),
    local_flag("witness", types::strings, "the log must go on from every checkpoint in this file, of audit witness",
               {.repeatable = true, .value_name = "FILE|CONTEXT:PATH"}),
    local_flag("key", types::string, "only this key signs the log, as audit key showed it", {.value_name = "KEY"}),
    positional("path", "exported files in the order of the log, .zst too; - is standard input", {.repeatable = true, .value_name = "FILE"}),
};
inline constexpr Param kWitnessParams[] = {
    local_flag("to", types::string, "file to append to, or a file in the workspace of another context",
               {.required = true, .value_name = "FILE|CONTEXT:PATH"}),
    local_flag("key", types::string, "take no checkpoint that another key signed", {.value_name = "KEY"}),
};

inline constexpr Param kWhich = positional("which", "place of the event in the log (seq), the start of its hash, or a cursor",
                                           {.required = true, .value_name = "EVENT"});

inline constexpr Endpoint kEndpoints[] = {
    remote("audit.log", "Show the audit log as lines, and follow it")
        .params(kLogParams)
        .prints<AuditEvent>(kColumns)
        .synonyms<"audit", "logs">(),
    remote("audit.grep", "Find audit events by a regular expression").params(kGrepParams).prints<AuditEvent>(kColumns),
    get("audit.list", "/api/v1/audit", "List audit events")
        .params(kListParams)
        .list<AuditList>(kColumns)
        .errors<Code::rejected>()
        .synonyms<"audit search">(),
    get("audit.tail", "/api/v1/audit/tail", "Show the last audit events of today")
        .params(kTailLimit)
        .list<AuditTail>(kColumns)
        .errors<Code::rejected>()
        .synonyms<"audit last">(),
    get("audit.stream", "/api/v1/audit/stream", "Stream audit events as server-sent events")
        .params(kStreamParams)
        .text("text/event-stream")
        .errors<Code::rejected, Code::conflict>()
        .extension(),
    get("audit.checkpoint", "/api/v1/audit/checkpoint", "Show the signed checkpoint of the audit log")
        .reply<AuditCheckpoint>()
        .errors<Code::unavailable>()
        .extension(),
    get("audit.key", "/api/v1/audit/key", "Show the public key that verifies the audit log")
        .reply<AuditKey>()
        .errors<Code::unavailable>()
        .extension(),
    get("audit.stats", "/api/v1/audit/stats", "Count audit events by kind, status, channel, tool and model")
        .params(kStatsParams)
        .reply<AuditStats>()
        .errors<Code::rejected>()
        .synonyms<"audit count">(),
    get("audit.run", "/api/v1/audit/runs/{runId}", "Show all audit events of one run")
        .params(kRunParams)
        .list<AuditRun>(kColumns)
        .errors<Code::not_found>()
        .synonyms<"audit get", "audit runs">(),
    remote("audit.show", "Show all of one audit event").params(kWhich).prints<AuditEvent>(kColumns),
    remote("audit.export", "Write audit events into a file, bound to each other by hashes").params(kExportParams),
    remote("audit.verify", "Check that an export, or an agent's log, was neither changed nor cut").params(kVerifyParams),
    remote("audit.witness", "Keep the signed checkpoint of the audit log elsewhere").params(kWitnessParams),
};

}  // namespace facio::audit
