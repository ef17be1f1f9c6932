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
inline constexpr Param kTo = query_param("to", types::string, "events up to this time; a date means its end",
                                         {.format = Format::time_or_date, .flag = "until", .value_name = "TIME"});

constexpr Param exact(std::string_view name, std::string_view doc, std::string_view flag, std::string_view value_name, bool repeatable,
                      std::span<const std::string_view> choices = {}) {
  return query_param(name, types::string, doc, {.repeatable = repeatable, .choices = choices, .flag = flag, .value_name = value_name});
}

inline constexpr Param kListParams[] = {
    kFrom,
    kTo,
    query_param("limit", types::integer, "most events to show",
                {.min = 1, .max = 1000, .default_text = "100", .letter = 'n', .value_name = "N"}),
    query_param("offset", types::integer, "events to skip first", {.min = 0, .max = 1e9, .default_text = "0", .value_name = "N"}),
    query_param("sortBy", types::string, "order of the events", {.choices = kSortColumns, .default_text = "ts", .flag = "order-by"}),
    query_param("sortDir", types::string, "direction of the order", {.choices = kSortDirections, .default_text = "desc", .flag = "order"}),
    exact("event", "only this kind of event", "event", "KIND", true),
    exact("status", "only events that ended so", "status", "STATUS", true, kAuditStatuses),
    exact("channel", "only events of this channel", "channel", "NAME", true),
    exact("channelId", "only events of this conversation", "channel-id", "ID", false),
    exact("origin", "only events that this started", "origin", "NAME", true),
    exact("tool", "only calls of this tool", "tool", "NAME", true),
    exact("model", "only events of this model", "model", "NAME", true),
    exact("sessionKey", "only events of this session", "session", "KEY", true),
    exact("runId", "only events of this run", "run", "ID", true),
    exact("parentRunId", "only events of runs that this run started", "parent-run", "ID", false),
    exact("traceId", "only events of this trace", "trace", "ID", false),
    exact("turnId", "only events of this turn", "turn", "ID", false),
};

inline constexpr Param kStreamParams[] = {
    query_param("after", types::string, "only events behind this id (SEQ.HASH, as the stream gives it) or place; 0 is the beginning",
                {.max_length = 64, .value_name = "ID"}),
    kFrom,
    exact("event", "only this kind of event", "event", "KIND", true),
    exact("status", "only events that ended so", "status", "STATUS", true, kAuditStatuses),
    exact("channel", "only events of this channel", "channel", "NAME", true),
    exact("origin", "only events that this started", "origin", "NAME", true),
    exact("tool", "only calls of this tool", "tool", "NAME", true),
    exact("model", "only events of this model", "model", "NAME", true),
    exact("sessionKey", "only events of this session", "session", "KEY", true),
    exact("runId", "only events of this run", "run", "ID", true),
    query_param("follow", types::boolean, "go on with what comes; else the stream ends behind the last event", {.default_text = "true"}),
};
inline constexpr Param kTailLimit =
    query_param("limit", types::integer, "most events to show",
                {.min = 1, .max = 500, .default_text = "50", .alias = "n", .letter = 'n', .value_name = "N"});
inline constexpr Param kRunParams[] = {
    path_param("runId", "id of the run", {.value_name = "RUN"}),
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
inline constexpr Param kSince = local_time("since", "events from this time on: 2h, today, 2026-11-20, RFC 3339");
inline constexpr Param kUntil = local_time("until", "events up to this time; a date means its end");
inline constexpr Param kTypeFlag = local_words("type", "only these kinds of event, joined by commas", "KIND");
inline constexpr Param kEventFlag = local_words("event", "the same as --type", "KIND");
inline constexpr Param kRunFlag = local_words("run", "only events of this run; the start of its id will do", "RUN");
inline constexpr Param kSessionFlag = local_words("session", "only events of this session", "KEY");
inline constexpr Param kToolFlag = local_words("tool", "only calls of tools that fit, as 'mcp:*'", "GLOB");
inline constexpr Param kStatusFlag = local_words("status", "only events that ended so: ok, error, denied, pending", "STATUS");
inline constexpr Param kChannelFlag = local_words("channel", "only events of this channel", "NAME");
inline constexpr Param kOriginFlag = local_words("origin", "only events that this started", "NAME");
inline constexpr Param kModelFlag = local_words("model", "only events of this model", "NAME");
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
inline constexpr Param kFile =
    local_flag("file", types::string, "read this file of one event a line (.zst too) instead of an agent; - is standard input",
               {.value_name = "FILE"});

inline constexpr Param kStatsParams[] = {
    kFrom,
    kTo,
    local_words("by", "count in groups of type, tool, hour, day, status, session, channel, origin, model, run or actor, joined by commas",
                "KEYS"),
    kTypeFlag,
    kEventFlag,
    kRunFlag,
    kSessionFlag,
    kToolFlag,
    kStatusFlag,
    kChannelFlag,
    kOriginFlag,
    kModelFlag,
    kGrepFlag,
    kFile,
};

inline constexpr Param kLogParams[] = {
    local_flag("follow", types::boolean, "go on with what comes", {.letter = 'f'}),
    kLines,
    kSince,
    kUntil,
    kTypeFlag,
    kEventFlag,
    kRunFlag,
    kSessionFlag,
    kToolFlag,
    kStatusFlag,
    kChannelFlag,
    kOriginFlag,
    kModelFlag,
    kGrepFlag,
    kIgnoreCase,
    kShowArgs,
    kOutput,
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
    local_flag("poll", types::boolean, "with -f: ask again and again, even where the agent can stream"),
    local_flag("group", types::string, "the contexts of this group, as one log", {.value_name = "GROUP"}),
    kFile,
};
inline constexpr Param kGrepParams[] = {
    positional("pattern", "regular expression", {.required = true, .value_name = "RE"}),
    kLines,
    kSince,
    kUntil,
    kTypeFlag,
    kEventFlag,
    kRunFlag,
    kSessionFlag,
    kToolFlag,
    kStatusFlag,
    kChannelFlag,
    kOriginFlag,
    kModelFlag,
    kIgnoreCase,
    kShowArgs,
    kOutput,
    local_flag("group", types::string, "the contexts of this group, as one log", {.value_name = "GROUP"}),
    kFile,
};

inline constexpr Param kExportParams[] = {
    kSince,
    kUntil,
    kTypeFlag,
    kEventFlag,
    kRunFlag,
    kSessionFlag,
    kToolFlag,
    kStatusFlag,
    kChannelFlag,
    kOriginFlag,
    kModelFlag,
    kGrepFlag,
    local_flag("output", types::string, "ndjson, or ndjson.zst, which is also meant by a file of that ending",
               {.letter = 'o', .value_name = "FORMAT"}),
    local_flag("chain", types::boolean, "bind every line to the one before by its SHA-256, for audit verify"),
    local_flag("out", types::string, "write this file instead of standard output", {.value_name = "FILE"}),
    kFile,
};
inline constexpr Param kVerifyParams[] = {
    local_flag("server", types::boolean, "the agent's own log instead of a file"),
    local_flag("head", types::string, "with --server: go on from this known end of the log, as an earlier run printed it",
               {.value_name = "HEAD"}),
    positional("path", "an exported file, .zst too; - is standard input", {.value_name = "FILE"}),
};

inline constexpr Example kListExamples[] = {
    {"audit list --since -2h", "the last two hours, newest first"},
    {"audit list --event tool_call --status error -n 20", "the last 20 tool calls that failed"},
    {"audit list --since 2026-11-01 --until 2026-11-30 -o ndjson", "a month for a program"},
};
inline constexpr Example kTailExamples[] = {{"audit tail", "the last 50 events of today"}, {"audit tail -n 20", "the last 20"}};
inline constexpr Example kStreamExamples[] = {{"audit stream --event tool_call", "calls of tools as server-sent events"}};
inline constexpr Example kStatsExamples[] = {{"audit stats", "counts of the last 24 hours"},
                                             {"audit stats --since today", "counts since midnight"},
                                             {"audit stats --by tool,status --since 7d", "which tools fail"},
                                             {"audit stats --by hour,type --since 2d", "by the hour"}};
inline constexpr Example kRunExamples[] = {{"audit run 9f2c41d07be3a856", "everything one run did, in order"},
                                           {"audit run 9f2c41d07be3a856 --tree", "step by step, and what each cost"}};
inline constexpr Param kWhich = positional("which", "place of the event in the log (seq), the start of its hash, or a cursor",
                                           {.required = true, .value_name = "EVENT"});
inline constexpr Example kShowExamples[] = {{"audit show 1729", "all of one event"}};

inline constexpr Example kLogExamples[] = {
    {"audit", "the last 20 events"},
    {"audit -f --type tool_call --status error,denied", "calls of tools that go wrong, as they happen"},
    {"audit --since 2h --session telegram:42 --show-args", "what one conversation did"},
    {"audit -f --cursor-file state/audit.cursor -o ndjson", "for a program that must miss nothing"},
    {"audit -f --until-run-ends 9f2c41d07be3a856 --exit-status", "wait for a run"},
    {"audit --file audit.ndjson.zst --tool 'mcp:*' -o json", "the same over a file"},
};
inline constexpr Example kGrepExamples[] = {{"audit grep 'rm -rf|DROP TABLE' --since 7d", "who did that"}};

inline constexpr Example kExportExamples[] = {
    {"audit export --since 30d --chain --out november.ndjson.zst", "an archive that tells when it was changed"},
    {"audit export --type tool_call", "calls of tools, one JSON object a line"},
};
inline constexpr Example kVerifyExamples[] = {
    {"audit verify november.ndjson.zst", "whether an archive is what it was; exit 16 when it is not"},
    {"audit verify --server", "whether the agent's log is"},
};

inline constexpr Endpoint kEndpoints[] = {
    remote("audit.log", "Show the audit log as lines, and follow it")
        .description(
            "The last 20 events, the oldest first; with --since or behind a cursor all of them. -f goes on with what comes: by server-sent "
            "events where the "
            "agent offers them, else by asking again and again, and nothing is left out in between. Where that cannot be proven, a line "
            "says so "
            "({\"_gap\":…} for programs), and --strict ends with code 16. A lost agent is told on standard error and waited for.\n\n"
            "Lines are short, and -f prints one JSON object a line where standard output is no terminal. Short lines show the names of a "
            "tool's arguments, "
            "and what they were with --show-args; json and ndjson are what the agent sent. Events that only tell of reading this log are "
            "left out unless "
            "--type api_request asks for them.\n\n"
            "--cursor-file is written after the lines are out, never before: after a kill some may come twice, and none is lost. --context "
            "A,B or --group "
            "shows several agents as one log in the order of time.")
        .params(kLogParams)
        .prints<AuditEvent>(kColumns)
        .examples(kLogExamples)
        .synonyms<"audit">(),
    remote("audit.grep", "Find audit events by a regular expression")
        .description("Looks through the JSON of every event, the oldest first. Narrow it down by --since and the other filters.")
        .params(kGrepParams)
        .prints<AuditEvent>(kColumns)
        .examples(kGrepExamples),
    get("audit.list", "/api/v1/audit", "List audit events")
        .description("Filters are exact; one that is given several times matches any of its values. Events are sorted by time, newest "
                     "first, unless told otherwise.")
        .params(kListParams)
        .list<AuditList>(kColumns)
        .errors<Code::rejected>()
        .examples(kListExamples)
        .synonyms<"audit search">(),
    get("audit.tail", "/api/v1/audit/tail", "Show the last audit events of today")
        .description("Today is the current day in UTC; the oldest event comes first.")
        .params(kTailLimit)
        .list<AuditTail>(kColumns)
        .errors<Code::rejected>()
        .examples(kTailExamples)
        .synonyms<"audit last">(),
    get("audit.stream", "/api/v1/audit/stream", "Stream audit events as server-sent events")
        .description("Every event has the id SEQ.HASH, its place in the log and the first 16 digits of its hash; a reader that names it as "
                     "`after`, or in the header "
                     "Last-Event-ID, goes on behind it. Without either, and without `from`, the stream begins with the next event. A "
                     "comment is sent when nothing was for "
                     "a while, and an event `end` before the agent ends. A reader may be slow, as nothing is kept for it but its place; "
                     "one that takes nothing for half a minute is cut off. "
                     "`facioctl audit -f` reads this by itself.")
        .params(kStreamParams)
        .text("text/event-stream")
        .errors<Code::rejected, Code::conflict>()
        .extension()
        .examples(kStreamExamples),
    get("audit.stats", "/api/v1/audit/stats", "Count audit events by kind, status, channel, tool and model")
        .description(
            "Without --since and --until: the last 24 hours. --by and --file count here, event by event, and take the other filters.")
        .params(kStatsParams)
        .reply<AuditStats>()
        .errors<Code::rejected>()
        .examples(kStatsExamples)
        .synonyms<"audit count">(),
    get("audit.run", "/api/v1/audit/runs/{runId}", "Show all audit events of one run")
        .description("--tree and --timeline join them with what the run used (usage run), and with the runs that it started.")
        .params(kRunParams)
        .list<AuditRun>(kColumns)
        .errors<Code::not_found>()
        .examples(kRunExamples)
        .synonyms<"audit get", "audit runs">(),
    remote("audit.show", "Show all of one audit event").params(kWhich).prints<AuditEvent>(kColumns).examples(kShowExamples),
    remote("audit.export", "Write audit events into a file, bound to each other by hashes")
        .description("One JSON object a line, the oldest first, everything that the agent has; a file has its name only when it is whole. "
                     "With --chain every line carries its number and "
                     "the SHA-256 of the line before, and the last line how many there are: what is changed, left out or moved later is "
                     "found by `audit verify`. Keep "
                     "the head that verify prints elsewhere, and nobody can write the whole file anew either.")
        .params(kExportParams)
        .examples(kExportExamples),
    remote("audit.verify", "Check that an export, or an agent's log, was not changed")
        .description("Every finding is told with its line; the exit code is 16 then. A file is checked by its chain (audit export --chain) "
                     "and by the hashes that events of "
                     "facioctl serve have. --server reads the agent's own log and computes its hashes anew, from the beginning or from a "
                     "head that is known.")
        .params(kVerifyParams)
        .examples(kVerifyExamples),
};

}  // namespace facio::audit
