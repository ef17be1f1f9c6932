// What the agents have used (document: Usage & Analytics).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/usage/shapes.hpp"

namespace facio::librefang::usage {

inline constexpr std::string_view kPeriods[] = {"hour", "day", "week", "month"};
inline constexpr Param kPeriod =
    query_param("period", types::string, "only what was used within it", {.choices = kPeriods, .agent_decides = true});
inline constexpr Param kExport[] = {
    query_param("start_date", types::string, "from this day on", {.format = Format::date, .flag = "since"}),
    query_param("end_date", types::string, "up to this day", {.format = Format::date, .flag = "until"}),
};

inline constexpr Column kAgentColumns[] = {
    {"name", "AGENT"},        {"input_tokens", "INPUT"},     {"output_tokens", "OUTPUT"},  {"total_tokens", "TOKENS"},
    {"cost_usd", "COST USD"}, {"request_count", "REQUESTS"}, {"tool_calls", "TOOL CALLS"}, {"agent_id", "AGENT ID", true},
};
inline constexpr Column kModelColumns[] = {
    {"model", "MODEL"},          {"provider", "PROVIDER", true}, {"input_tokens", "INPUT"},
    {"output_tokens", "OUTPUT"}, {"cost_usd", "COST USD"},       {"request_count", "REQUESTS"},
};
inline constexpr Column kDayColumns[] = {
    {"date", "DAY"},          {"total_tokens", "TOKENS"},    {"input_tokens", "INPUT", true}, {"output_tokens", "OUTPUT", true},
    {"cost_usd", "COST USD"}, {"request_count", "REQUESTS"},
};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.usage.list", "/api/usage", "List what the agents have used")
        .params(kPeriod)
        .list(kListOf<kAgent, "LibrefangUsageList">, kAgent, kAgentColumns, "name"),
    get("librefang.usage.summary", "/api/usage/summary", "Show what was used in all").reply(kSummary),
    get("librefang.usage.models", "/api/usage/by-model", "List what was used by model")
        .list(kListOf<kModel, "LibrefangModelUsageList">, kModel, kModelColumns, "model"),
    get("librefang.usage.days", "/api/usage/daily", "List what was used by day")
        .list(kListOf<kDay, "LibrefangDayUsageList">, kDay, kDayColumns, "date"),
    get("librefang.usage.export", "/api/usage/export", "Print every use of a model as CSV").params(kExport).text("text/csv").slow(),
};

}  // namespace facio::librefang::usage
