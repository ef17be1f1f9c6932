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
    query_param("from", types::string, "events since this time", {.format = Format::time_or_date, .flag = "since", .value_name = "TIME"});
inline constexpr Param kTo = query_param("to", types::string, "events until this time; for a day, until its end",
                                         {.format = Format::time_or_date, .flag = "until", .value_name = "TIME"});

constexpr Param exact(std::string_view name, std::string_view doc, std::string_view flag, std::string_view value_name, bool repeatable,
                      std::span<const std::string_view> choices = {}) {
  return query_param(name, types::string, doc,
                     {.repeatable = repeatable, .choices = choices, .agent_decides = true, .flag = flag, .value_name = value_name});
}

inline constexpr Param kEventFilters[] = {
    exact("event", "only events of this kind", "event", "KIND", true),
    exact("status", "only events with this status", "status", "STATUS", true, kAuditStatuses),
    exact("channel", "only events of this channel", "channel", "NAME", true),
};
inline constexpr Param kOriginFilters[] = {
    exact("origin", "only events with this origin", "origin", "NAME", true),
    exact("tool", "only calls of this tool", "tool", "NAME", true),
    exact("model", "only events of this model", "model", "NAME", true),
    exact("sessionKey", "only events of this session", "session", "KEY", true),
    exact("runId", "only events of this run", "run", "ID", true),
};

inline constexpr auto kListParams = joined_params(
    kFrom, kTo,
    query_param("limit", types::integer, "maximum number of events to show",
                {.agent_decides = true, .min = 1, .max = 1000, .default_text = "100", .letter = 'n', .value_name = "N"}),
    query_param("offset", types::integer, "number of events to skip", {.min = 0, .max = 1e9, .default_text = "0", .value_name = "N"}),
    query_param("afterSeq", types::integer, "only events after this position in the log", {.min = 0, .max = 1e15, .value_name = "N"}),
    query_param("sortBy", types::string, "sort events by this", {.choices = kSortColumns, .default_text = "ts", .flag = "order-by"}),
    query_param("sortDir", types::string, "sort order", {.choices = kSortDirections, .default_text = "desc", .flag = "order"}),
    kEventFilters, exact("channelId", "only events of this conversation", "channel-id", "ID", false), kOriginFilters,
    exact("parentRunId", "only events of runs started by this run", "parent-run", "ID", false),
    exact("traceId", "only events of this trace", "trace", "ID", false), exact("turnId", "only events of this turn", "turn", "ID", false));

inline constexpr auto kStreamParams = joined_params(
    query_param("after", types::string, "only events after this id (SEQ.HASH, as in the stream) or position; 0 is the beginning",
                {.max_length = 64, .value_name = "ID"}),
    kFrom, kEventFilters, kOriginFilters,
    query_param("follow", types::boolean, "continue with new events; otherwise the stream ends after the last one",
                {.default_text = "true"}));
inline constexpr Param kTailLimit =
    query_param("limit", types::integer, "maximum number of events to show",
                {.agent_decides = true, .min = 1, .max = 500, .default_text = "50", .alias = "n", .letter = 'n', .value_name = "N"});
inline constexpr Param kRunParams[] = {
    path_param("runId", "id of the run", {.example = "9b2c41d7", .value_name = "RUN"}),
    local_flag("tree", types::boolean, "show it step by step, with tokens, durations and policy decisions", {.group = "look"}),
    local_flag("timeline", types::boolean, "show it as bars over time", {.group = "look"}),
    local_flag("show_args", types::boolean, "with either of them: show the arguments of tool calls"),
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
inline constexpr Param kSince = local_time("since", "events since this time: 2h, today, 2026-11-20, 22:00, RFC 3339");
inline constexpr Param kUntil = local_time("until", "events until this time; for a day, until its end");
inline constexpr Param kFilters[] = {
    local_words("type", "only events of these kinds, separated by commas", "KIND"),
    local_words("event", "the same as --type", "KIND"),
    local_words("run", "only events of this run; the beginning of its id is enough", "RUN"),
    local_words("session", "only events of this session", "KEY"),
    local_words("tool", "only calls of matching tools, e.g. 'mcp:*'", "GLOB"),
    local_words("status", "only events with this status: ok, error, denied, pending", "STATUS"),
    local_words("channel", "only events of this channel", "NAME"),
    local_words("origin", "only events with this origin", "NAME"),
    local_words("model", "only events of this model", "NAME"),
};
inline constexpr Param kGrepFlag =
    local_flag("grep", types::string, "only events whose JSON matches this regular expression", {.value_name = "RE"});
inline constexpr Param kIgnoreCase = local_flag("ignore_case", types::boolean, "ignore case", {.letter = 'i'});
inline constexpr Param kLines = local_flag("lines", types::integer, "maximum number of events to show; 0 with -f: only new ones",
                                           {.min = 0, .max = 1e9, .letter = 'n', .value_name = "N"});
inline constexpr Param kShowArgs = local_flag("show_args", types::boolean, "show the arguments of tool calls, not only their names");
inline constexpr Param kOutput = local_flag(
    "output", types::string, "short, long, cat, json, ndjson, table, wide, yaml, csv, tsv; jsonpath=EXPR or template=TEXT of each event",
    {.letter = 'o', .value_name = "FORMAT"});
inline constexpr Param kGroup[] = {
    local_flag("group", types::string, "the contexts of this group, merged into one log", {.value_name = "GROUP", .group = "agents"}),
    local_flag("all_contexts", types::boolean, "the same for all contexts", {.letter = 'A', .group = "agents"}),
};
inline constexpr Param kFile =
    local_flag("file", types::string, "read this file (one event per line, also .zst) instead of an agent; - is standard input",
               {.value_name = "FILE"});

inline constexpr auto kStatsParams = joined_params(
    kFrom, kTo,
    local_words("by", "group by type, tool, hour, day, status, session, channel, origin, model, run, actor; comma-separated", "KEYS"),
    kFilters, kGrepFlag, kFile);

inline constexpr auto kLogParams = joined_params(
    local_flag("follow", types::boolean, "keep printing new events", {.letter = 'f'}), kLines, kSince, kUntil, kFilters, kGrepFlag,
    kIgnoreCase, kShowArgs, kOutput,
    local_flag("cursor", types::string, "start at the event at this cursor", {.value_name = "CURSOR", .group = "where"}),
    local_flag("after_cursor", types::string, "start after the event at this cursor", {.value_name = "CURSOR", .group = "where"}),
    local_flag("cursor_file", types::string, "start after the cursor in this file, and save the new cursor in it",
               {.value_name = "FILE", .group = "where"}),
    local_flag("show_cursor", types::boolean, "print the cursor at the end"),
    local_flag("newest", types::boolean, "with -n and a cursor: the last events after it, not the first"),
    local_duration("heartbeat", "with -f: print a line at this interval, even without events"),
    local_duration("max_idle", "with -f: exit with code 12 if nothing was printed for this long"),
    local_flag("exit_on", types::string, "with -f: exit with code 8 at an event that matches this expression", {.value_name = "EXPR"}),
    local_flag("until_run_ends", types::string, "follow until this run ends", {.value_name = "RUN"}),
    local_flag("exit_status", types::boolean, "with --until-run-ends: exit with code 8 if the run failed"),
    local_flag("count", types::integer, "with -f: exit after this many events", {.min = 1, .max = 1e9, .value_name = "N"}),
    local_flag("strict", types::boolean, "exit with code 16 if events may be missing"),
    local_flag("poll", types::boolean, "with -f: poll, even if the agent can stream"), kGroup, kFile);
inline constexpr auto kGrepParams = joined_params(positional("pattern", "regular expression", {.required = true, .value_name = "RE"}),
                                                  kLines, kSince, kUntil, kFilters, kIgnoreCase, kShowArgs, kOutput, kGroup, kFile);

inline constexpr auto kExportParams =
    joined_params(kSince, kUntil, kFilters, kGrepFlag,
                  local_flag("output", types::string, "ndjson or ndjson.zst; a file name ending in .zst selects the latter",
                             {.letter = 'o', .value_name = "FORMAT"}),
                  local_flag("chain", types::boolean, "chain every line to the previous one by its SHA-256, for audit verify"),
                  local_flag("out", types::string, "write to this file instead of standard output", {.value_name = "FILE"}), kFile);
inline constexpr Param kVerifyParams[] = {
    local_flag("server", types::boolean, "check the agent's own log; FILEs are the archives that precede it"),
    local_flag("head", types::string, "with --server: start from this known head of the log, as printed by an earlier run",
               {.value_name = "HEAD"}),
    local_flag("witness", types::strings, "the log must continue every checkpoint in this file, written by audit witness",
               {.repeatable = true, .value_name = "FILE|CONTEXT:PATH"}),
    local_flag("key", types::string, "accept only signatures by this key, as shown by audit key", {.value_name = "KEY"}),
    positional("path", "exported files in the order of the log, also .zst; - is standard input",
               {.repeatable = true, .value_name = "FILE"}),
};
inline constexpr Param kWitnessParams[] = {
    local_flag("to", types::string, "file to append to, or a file in the workspace of another context",
               {.required = true, .value_name = "FILE|CONTEXT:PATH"}),
    local_flag("key", types::string, "accept only checkpoints signed by this key", {.value_name = "KEY"}),
};

inline constexpr Param kWhich = positional("which", "position of the event in the log (seq), the beginning of its hash, or a cursor",
                                           {.required = true, .value_name = "EVENT"});

inline constexpr Endpoint kEndpoints[] = {
    remote("audit.log", "Show the audit log line by line, or follow it")
        .params(kLogParams)
        .prints<AuditEvent>(kColumns)
        .synonyms<"audit", "logs">(),
    remote("audit.grep", "Search audit events with a regular expression").params(kGrepParams).prints<AuditEvent>(kColumns),
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
    remote("audit.show", "Show one audit event in full").params(kWhich).prints<AuditEvent>(kColumns),
    remote("audit.export", "Export audit events to a file, with a hash chain").params(kExportParams),
    remote("audit.verify", "Check that an export or an agent's log is complete and unchanged").params(kVerifyParams),
    remote("audit.witness", "Store the signed checkpoint of the audit log elsewhere").params(kWitnessParams),
};

}  // namespace facio::audit
