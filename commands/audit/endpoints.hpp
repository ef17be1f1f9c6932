// Endpoints of the audit area (contract section 10).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/audit/shapes.hpp"

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

inline constexpr Param kFrom = query_param("from", types::string, "events from this time on",
                                           {.format = Format::time_or_date, .flag = "since", .value_name = "TIME"});
inline constexpr Param kTo = query_param("to", types::string, "events up to this time; a date means its end",
                                         {.format = Format::time_or_date, .flag = "until", .value_name = "TIME"});

constexpr Param exact(std::string_view name, std::string_view doc, std::string_view flag, std::string_view value_name, bool repeatable,
                      std::span<const std::string_view> choices = {}) {
  return query_param(name, types::string, doc, {.repeatable = repeatable, .choices = choices, .flag = flag, .value_name = value_name});
}

inline constexpr Param kListParams[] = {
    kFrom,
    kTo,
    query_param("limit", types::integer, "most events to show", {.min = 1, .max = 1000, .default_text = "100", .letter = 'n', .value_name = "N"}),
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

inline constexpr Param kTailParams[] = {
    query_param("limit", types::integer, "most events to show",
                {.min = 1, .max = 500, .default_text = "50", .alias = "n", .letter = 'n', .value_name = "N"}),
};
inline constexpr Param kStatsParams[] = {kFrom, kTo};
inline constexpr Param kRunParams[] = {path_param("runId", "id of the run", {.value_name = "RUN"})};

inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kUnknown[] = {Code::not_found};

inline constexpr Example kListExamples[] = {
    {"audit list --since -2h", "the last two hours, newest first"},
    {"audit list --event tool_call --status error -n 20", "the last 20 tool calls that failed"},
    {"audit list --since 2026-11-01 --until 2026-11-30 -o ndjson", "a month for a program"},
};
inline constexpr Example kTailExamples[] = {{"audit tail", "the last 50 events of today"}, {"audit tail -n 20", "the last 20"}};
inline constexpr Example kStatsExamples[] = {{"audit stats", "counts of the last 24 hours"}, {"audit stats --since today", "counts since midnight"}};
inline constexpr Example kRunExamples[] = {{"audit run 9f2c41d07be3a856", "everything one run did, in order"}};

inline constexpr std::string_view kListSynonyms[] = {"audit search"};
inline constexpr std::string_view kTailSynonyms[] = {"audit last"};
inline constexpr std::string_view kStatsSynonyms[] = {"audit count"};
inline constexpr std::string_view kRunSynonyms[] = {"audit get", "audit runs"};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "audit.list", .method = Method::get, .path = "/api/v1/audit", .summary = "List audit events", .description = "Filters are exact; one that is given several times matches any of its values. Events are sorted by time, newest first, unless told otherwise.", .params = kListParams, .form = ReplyForm::list, .reply = &shape_of<AuditEvent>, .envelope = &shape_of<AuditList>, .columns = kColumns, .errors = kBad, .examples = kListExamples, .synonyms = kListSynonyms},
    {.id = "audit.tail", .method = Method::get, .path = "/api/v1/audit/tail", .summary = "Show the last audit events of today", .description = "Today is the current day in UTC; the oldest event comes first.", .params = kTailParams, .form = ReplyForm::list, .reply = &shape_of<AuditEvent>, .envelope = &shape_of<AuditTail>, .columns = kColumns, .errors = kBad, .examples = kTailExamples, .synonyms = kTailSynonyms},
    {.id = "audit.stats", .method = Method::get, .path = "/api/v1/audit/stats", .summary = "Count audit events by kind, status, channel, tool and model", .description = "Without --since and --until: the last 24 hours.", .params = kStatsParams, .reply = &shape_of<AuditStats>, .errors = kBad, .examples = kStatsExamples, .synonyms = kStatsSynonyms},
    {.id = "audit.run", .method = Method::get, .path = "/api/v1/audit/runs/{runId}", .summary = "Show all audit events of one run", .params = kRunParams, .form = ReplyForm::list, .reply = &shape_of<AuditEvent>, .envelope = &shape_of<AuditRun>, .columns = kColumns, .errors = kUnknown, .examples = kRunExamples, .synonyms = kRunSynonyms},
};

}  // namespace facio::audit
