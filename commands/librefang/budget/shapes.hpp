// What agents, users and providers may cost.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::budget {

inline constexpr Field kWindowFields[] = {
    number("spend", "what was spent, in US dollars"),
    number("limit", "what may be spent; 0: no limit"),
    number("pct", "the part of the limit, from 0 to 1", kMayMiss),
};
inline constexpr Shape kWindow{"LibrefangBudgetWindow", "Spending within some time", kWindowFields, true};

inline constexpr Field kTokensFields[] = {
    integer("used", "how many were used", kMayMiss),
    integer("limit", "how many may be; 0: no limit", kMayMiss),
    number("pct", "the part of the limit, from 0 to 1", kMayMiss),
};
inline constexpr Shape kTokens{"LibrefangBudgetTokens", "Tokens within an hour", kTokensFields, true};

inline constexpr Field kBudgetFields[] = {
    object<kWindow>("hourly", "the last hour", kMayMiss),
    object<kWindow>("daily", "the last day", kMayMiss),
    object<kWindow>("monthly", "the last month", kMayMiss),
    number("alert_threshold", "the part of a limit that raises a warning", kMayMiss),
    integer("default_max_llm_tokens_per_hour", "tokens an hour for agents that name no limit; 0: no limit", kMayMiss),
};
inline constexpr Shape kBudget{"LibrefangBudget", "What the daemon may cost", kBudgetFields, true};

inline constexpr Attr kDollars = {.optional = true, .min = 0};
inline constexpr Attr kPart = {.optional = true, .min = 0, .max = 1};
inline constexpr Attr kCount = {.optional = true, .min = 0};

inline constexpr Field kSetFields[] = {
    number("max_hourly_usd", "US dollars an hour; 0: no limit", kDollars),
    number("max_daily_usd", "US dollars a day; 0: no limit", kDollars),
    number("max_monthly_usd", "US dollars a month; 0: no limit", kDollars),
    number("alert_threshold", "the part of a limit that raises a warning, from 0 to 1", kPart),
    integer("default_max_llm_tokens_per_hour", "tokens an hour for agents that name no limit; 0: no limit",
            {.optional = true, .min = 0, .flag = "default-max-tokens-per-hour"}),
};
inline constexpr Shape kSet{"LibrefangBudgetSet", "New limits; what is left out stays", kSetFields};

inline constexpr Field kAgentRowFields[] = {
    text("agent_id", "id of the agent"),
    text("name", "its name", kMayMiss),
    number("daily_cost_usd", "what it cost today", kMayMiss),
    number("hourly_limit", "US dollars an hour", kMayMiss),
    number("daily_limit", "US dollars a day", kMayMiss),
    number("monthly_limit", "US dollars a month", kMayMiss),
    integer("max_llm_tokens_per_hour", "tokens an hour", kMayBeNull),
};
inline constexpr Shape kAgentRow{"LibrefangAgentBudgetRow", "An agent that spent something today", kAgentRowFields, true};

inline constexpr Field kAgentFields[] = {
    text("agent_id", "id of the agent"),
    text("agent_name", "its name", kMayMiss),
    object<kWindow>("hourly", "the last hour", kMayMiss),
    object<kWindow>("daily", "the last day", kMayMiss),
    object<kWindow>("monthly", "the last month", kMayMiss),
    object<kTokens>("tokens", "the last hour's tokens", kMayMiss),
};
inline constexpr Shape kAgent{"LibrefangAgentBudget", "What an agent may cost", kAgentFields, true};

inline constexpr Field kCapFields[] = {
    number("max_cost_per_hour_usd", "US dollars an hour; 0: no limit", kDollars),
    number("max_cost_per_day_usd", "US dollars a day; 0: no limit", kDollars),
    number("max_cost_per_month_usd", "US dollars a month; 0: no limit", kDollars),
    integer("max_llm_tokens_per_hour", "tokens an hour; 0: no limit", {.optional = true, .min = 0, .flag = "max-tokens-per-hour"}),
};
inline constexpr Shape kAgentSet{"LibrefangAgentBudgetSet", "New limits of an agent; what is left out stays", kCapFields};

inline constexpr Field kProviderFields[] = {
    text("provider", "the provider", kMayMiss),
    number("max_cost_per_hour_usd", "US dollars an hour; 0: no limit", kDollars),
    number("max_cost_per_day_usd", "US dollars a day; 0: no limit", kDollars),
    number("max_cost_per_month_usd", "US dollars a month; 0: no limit", kDollars),
    integer("max_tokens_per_hour", "tokens an hour; 0: no limit", kCount),
};
inline constexpr Shape kProvider{"LibrefangProviderBudget", "What a provider may cost", kProviderFields, true};
inline constexpr Shape kProviderSet{"LibrefangProviderBudgetSet", "New limits of a provider; what is left out stays",
                                    std::span(kProviderFields).subspan(1)};

inline constexpr Field kUserFields[] = {
    text("user_id", "id of the user"),
    text("name", "name of the user", kMayMiss),
    text("role", "owner, admin, user or viewer", kMayMiss),
    object<kWindow>("hourly", "the last hour", kMayMiss),
    object<kWindow>("daily", "the last day", kMayMiss),
    object<kWindow>("monthly", "the last month", kMayMiss),
    number("alert_threshold", "the part of a limit that raises a warning", kMayMiss),
    boolean("alert_breach", "whether a warning was raised", kMayMiss),
    boolean("enforced", "whether the limits hold", kMayMiss),
};
inline constexpr Shape kUser{"LibrefangUserBudget", "What a user may cost", kUserFields, true};

inline constexpr Field kUserSetFields[] = {
    number("max_hourly_usd", "US dollars an hour; 0: no limit", {.min = 0, .example = "1"}),
    number("max_daily_usd", "US dollars a day; 0: no limit", {.min = 0, .example = "10"}),
    number("max_monthly_usd", "US dollars a month; 0: no limit", {.min = 0, .example = "100"}),
    number("alert_threshold", "the part of a limit that raises a warning, from 0 to 1", {.min = 0, .max = 1, .example = "0.8"}),
};
inline constexpr Shape kUserSet{"LibrefangUserBudgetSet", "The limits of a user; all of them are set", kUserSetFields};

}  // namespace facio::librefang::budget
