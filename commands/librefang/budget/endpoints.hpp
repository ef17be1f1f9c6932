// What agents, users and providers may cost (document: Budget).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/budget/shapes.hpp"

namespace facio::librefang::budget {

inline constexpr Column kColumns[] = {
    {"hourly.spend", "HOUR"},       {"hourly.limit", "HOUR LIMIT"},
    {"daily.spend", "DAY"},         {"daily.limit", "DAY LIMIT"},
    {"monthly.spend", "MONTH"},     {"monthly.limit", "MONTH LIMIT"},
    {"alert_threshold", "WARN AT"}, {"default_max_llm_tokens_per_hour", "TOKENS AN HOUR", true},
};
inline constexpr Column kAgentsColumns[] = {
    {"agent_id", "AGENT ID", true},
    {"name", "AGENT"},
    {"daily_cost_usd", "TODAY"},
    {"hourly_limit", "HOUR LIMIT"},
    {"daily_limit", "DAY LIMIT"},
    {"monthly_limit", "MONTH LIMIT"},
    {"max_llm_tokens_per_hour", "TOKENS AN HOUR", true},
};
inline constexpr Column kProviderColumns[] = {
    {"provider", "PROVIDER"},
    {"max_cost_per_hour_usd", "HOUR LIMIT"},
    {"max_cost_per_day_usd", "DAY LIMIT"},
    {"max_cost_per_month_usd", "MONTH LIMIT"},
    {"max_tokens_per_hour", "TOKENS AN HOUR"},
};
inline constexpr Column kUserColumns[] = {
    {"name", "USER"},
    {"role", "ROLE"},
    {"hourly.spend", "HOUR", true},
    {"hourly.limit", "HOUR LIMIT", true},
    {"daily.spend", "DAY"},
    {"daily.limit", "DAY LIMIT"},
    {"monthly.spend", "MONTH"},
    {"monthly.limit", "MONTH LIMIT"},
};
inline constexpr Param kAgentId = path_param("id", "id or name of the agent", {.example = "coder", .value_name = "AGENT"});
inline constexpr Param kProviderId = path_param("provider_id", "the provider", {.example = "openai", .value_name = "PROVIDER"});
inline constexpr Param kUserId = path_param("user_id", "name or id of the user", {.example = "anna", .value_name = "USER"});
inline constexpr Param kUsersLimit =
    query_param("limit", types::integer, "the users that spent most", {.agent_decides = true, .min = 1, .max = 500, .letter = 'n'});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.budget.get", "/api/budget", "Show what the daemon costs and may cost").reply(kBudget, kColumns),
    put("librefang.budget.set", "/api/budget", "Set what the daemon may cost").body(kSet).reply(kBudget, kColumns).errors<Code::rejected>(),
    get("librefang.budget.agents", "/api/budget/agents", "List the agents that cost something today")
        .list(kListOf<kAgentRow, "LibrefangAgentBudgetList">, kAgentRow, kAgentsColumns, "agent_id"),
    get("librefang.budget.agent", "/api/budget/agents/{id}", "Show what an agent costs and may cost")
        .params(kAgentId)
        .reply(kAgent, {}, "agent_id")
        .errors<Code::not_found>(),
    put("librefang.budget.set-agent", "/api/budget/agents/{id}", "Set what an agent may cost")
        .params(kAgentId)
        .body(kAgentSet)
        .reply(kDone)
        .errors<Code::not_found, Code::rejected>(),
    get("librefang.budget.providers", "/api/budget/providers", "List what providers may cost")
        .list(kListOf<kProvider, "LibrefangProviderBudgetList">, kProvider, kProviderColumns, "provider"),
    put("librefang.budget.set-provider", "/api/budget/providers/{provider_id}", "Set what a provider may cost")
        .params(kProviderId)
        .body(kProviderSet)
        .reply(kProvider, kProviderColumns, "provider")
        .errors<Code::rejected>(),
    get("librefang.budget.users", "/api/budget/users", "List the users that cost most")
        .params(kUsersLimit)
        .list(kListOf<kUser, "LibrefangUserBudgetList">, kUser, kUserColumns, "name"),
    get("librefang.budget.user", "/api/budget/users/{user_id}", "Show what a user costs and may cost")
        .params(kUserId)
        .reply(kUser, {}, "name")
        .errors<Code::not_found>(),
    put("librefang.budget.set-user", "/api/budget/users/{user_id}", "Set what a user may cost")
        .params(kUserId)
        .body(kUserSet)
        .reply(kUserSet)
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.budget.delete-user", "/api/budget/users/{user_id}", "Remove the limits of a user")
        .params(kUserId)
        .reply(kDone)
        .success(204)
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::budget
