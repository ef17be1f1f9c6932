// What the agents of a LibreFang daemon have used.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::usage {

inline constexpr Field kAgentFields[] = {
    text("agent_id", "id of the agent; missing where the daemon counts all agents together", kMayMiss),
    text("name", "its name", kMayMiss),
    integer("input_tokens", "tokens that the model read", kMayMiss),
    integer("output_tokens", "tokens that it wrote", kMayMiss),
    integer("total_tokens", "both", kMayMiss),
    number("cost_usd", "US dollars", kMayMiss),
    integer("request_count", "how often a model was asked", kMayMiss),
    integer("tool_calls", "how many tools were called", kMayMiss),
};
inline constexpr Shape kAgent{"LibrefangUsage", "What an agent has used", kAgentFields, true};

inline constexpr Field kTotalFields[] = {
    integer("input_tokens", "tokens that the models read", kMayMiss),
    integer("output_tokens", "tokens that they wrote", kMayMiss),
    number("cost_usd", "US dollars", kMayMiss),
    integer("requests", "how often a model was asked", kMayMiss),
    integer("tool_calls", "how many tools were called", kMayMiss),
};
inline constexpr Shape kTotal{"LibrefangUsageTotal", "What was used in all", kTotalFields, true};

inline constexpr Field kQuotaFields[] = {
    integer("hourly_token_limit", "tokens an hour; 0: no limit", kMayMiss),
    integer("hourly_tokens_used", "of them used", kMayMiss),
    text("hourly_reset_at", "when the hour is over", kTime),
};
inline constexpr Shape kQuota{"LibrefangQuota", "How many tokens are left", kQuotaFields, true};

inline constexpr Field kSummaryFields[] = {
    object<kTotal>("today", "what was used today, as the document has it", kMayMiss),
    object<kQuota>("quota", "how many tokens are left", kMayMiss),
    object<kTotal>("all", "what was used in all, as every released daemon tells", kMayMiss),
};
inline constexpr Shape kSummary{"LibrefangUsageSummary", "What was used", kSummaryFields, true};

inline constexpr Field kModelFields[] = {
    text("model", "the model"),
    text("provider", "its provider", kMayMiss),
    integer("input_tokens", "tokens that it read", kMayMiss),
    integer("output_tokens", "tokens that it wrote", kMayMiss),
    number("cost_usd", "US dollars", kMayMiss),
    integer("request_count", "how often it was asked", kMayMiss),
};
inline constexpr Shape kModel{"LibrefangModelUsage", "What a model was used for", kModelFields, true};

inline constexpr Field kDayFields[] = {
    text("date", "the day", {.format = Format::date}),
    integer("total_tokens", "tokens that the models read and wrote", kMayMiss),
    integer("input_tokens", "tokens that they read", kMayMiss),
    integer("output_tokens", "tokens that they wrote", kMayMiss),
    number("cost_usd", "US dollars", kMayMiss),
    integer("request_count", "how often a model was asked", kMayMiss),
};
inline constexpr Shape kDay{"LibrefangDayUsage", "What was used on a day", kDayFields, true};

}  // namespace facio::librefang::usage
