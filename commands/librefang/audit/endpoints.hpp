// What happened in a LibreFang daemon (document: Audit & Security, and the stream of System).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/audit/shapes.hpp"

namespace facio::librefang::audit {

inline constexpr Column kColumns[] = {
    {"id", "NUMBER"},       {"timestamp", "TIME"},         {"event_type", "EVENT"},      {"agent_id", "AGENT"},
    {"outcome", "OUTCOME"}, {"details", "DETAILS"},        {"level", "LEVEL", true},     {"user_id", "USER", true},
    {"hash", "HASH", true}, {"prev_hash", "BEFORE", true}, {"channel", "CHANNEL", true},
};
inline constexpr Column kCountColumns[] = {{"value", "VALUE"}, {"events", "EVENTS"}, {"failed", "FAILED"}, {"last", "LAST"}};

inline constexpr Param kFollow = local_flag("follow", types::boolean, "go on with new events, until Ctrl-C", {.letter = 'f'});
inline constexpr Param kRecent[] = {
    query_param("limit", types::integer, "maximum number of events, the newest ones",
                {.agent_decides = true, .min = 1, .max = 1000, .default_text = "50", .letter = 'n'}),
    kFollow,
};
inline constexpr Param kLogs[] = {
    local_flag("limit", types::integer, "how many of the newest events come first",
               {.min = 0, .max = 1000, .default_text = "50", .letter = 'n'}),
    kFollow,
};
inline constexpr Param kWhich[] = {
    query_param("user", types::string, "only those of this user"),
    query_param("action", types::string, "only this action, as AgentSpawn"),
    query_param("agent", types::string, "only those of this agent", {.value_name = "ID"}),
    query_param("channel", types::string, "only those that came by this channel"),
    query_param("from", types::string, "only those from then on", {.format = Format::time}),
    query_param("to", types::string, "only those until then", {.format = Format::time}),
    query_param("limit", types::integer, "maximum number of events", {.agent_decides = true, .min = 1, .max = 10000, .letter = 'n'}),
};
inline constexpr Param kFormat = query_param("format", types::string, "json or csv", {.default_text = "json"});
inline constexpr auto kExport = joined_params(kFormat, kWhich);
inline constexpr std::string_view kGroups[] = {"event_type", "agent_id", "outcome", "day"};
inline constexpr Param kBy = local_flag("by", types::string, "what to count", {.choices = kGroups, .default_text = "event_type"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.audit.list", "/api/audit/recent", "List the newest events of the audit log")
        .params(kRecent)
        .list(kListOf<kEvent, "LibrefangEventList">, kEvent, kColumns, "id")
        .synonyms<"audit", "audit tail">(),
    get("librefang.audit.query", "/api/audit/query", "Search the audit log")
        .params(kWhich)
        .list(kListOf<kEvent, "LibrefangEventList">, kEvent, kColumns, "id")
        .synonyms<"audit search">(),
    get("librefang.audit.export", "/api/audit/export", "Export the audit log with all hashes").params(kExport).text("application/json"),
    get("librefang.audit.verify", "/api/audit/verify", "Verify the audit log, by its hashes").reply(kVerdict),
    remote("librefang.audit.stats", "Count events by kind, agent, outcome or day")
        .params(kBy)
        .list(kListOf<kCount, "LibrefangCountList">, kCount, kCountColumns, "value"),
    get("librefang.logs.stream", "/api/logs/stream", "Show events as they happen")
        .params(kLogs)
        .text("text/event-stream")
        .synonyms<"logs", "logs follow", "logs tail">(),
};

}  // namespace facio::librefang::audit
