// Placet's own interface: its login, its agents, and what it keeps to manage them.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/placet/shapes.hpp"

namespace facio::placet {

inline constexpr Column kAgentColumns[] = {{"id", "ID"},
                                           {"name", "NAME"},
                                           {"status", "STATUS"},
                                           {"manageable", "MANAGEABLE"},
                                           {"managementUrl", "MANAGED AT"},
                                           {"lastActiveAt", "LAST ACTIVE", true},
                                           {"isSubagent", "SUBAGENT", true},
                                           {"parentAgentId", "PARENT", true},
                                           {"tag", "TAG", true}};
inline constexpr Column kUsageColumns[] = {
    {"id", "ID"}, {"name", "NAME"}, {"total", "TOKENS"}, {"status", "STATUS"}, {"error", "ERROR", true}};

inline constexpr Param kKey =
    local_flag("api_key", types::string, "API key of Placet (hp_…), else that of $PLACET_API_KEY", {.secret = true});
inline constexpr Param kAgentArgument = positional("agent", "id of the agent; without it that of the context", {.value_name = "AGENT"});
inline constexpr Param kAgentAndKey[] = {kAgentArgument, kKey};
inline constexpr Param kRotate[] = {
    kAgentArgument,
    kKey,
    local_flag("management_token", types::string, "the agent's new management token", {.secret = true}),
};
inline constexpr Param kMail = positional("email", "address of the user", {.required = true, .value_name = "EMAIL"});
inline constexpr Param kDays =
    query_param("days", types::integer, "how many days, today the last", {.min = 1, .max = 30, .default_text = "14"});

inline constexpr Endpoint kEndpoints[] = {
    post("placet.login", "/api/auth/login", "Log in at Placet")
        .params(kMail)
        .body(kLogin)
        .reply(kSession)
        .unwrap("user")
        .errors<Code::unauthenticated>(),
    post("placet.refresh", "/api/auth/refresh", "Renew the session at Placet")
        .reply(kSession)
        .unwrap("user")
        .errors<Code::unauthenticated>(),
    post("placet.logout", "/api/auth/logout", "End the session at Placet").reply(kMessage).errors<Code::unauthenticated>(),
    get("placet.whoami", "/api/auth/me", "Show who is logged in at Placet").reply(kSession).unwrap("user").errors<Code::unauthenticated>(),
    get("placet.agents", "/api/agents", "List the agents that Placet knows")
        .params(kKey)
        .list(kAgentList, kAgent, kAgentColumns, "id")
        .errors<Code::unauthenticated>(),
    post("placet.set-management", "/api/v1/agents/setManagement", "Give Placet an agent's address and token")
        .params(kAgentAndKey)
        .body(kManagement)
        .reply(kAgent, kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .completed(),
    remote("placet.clear-management", "Let Placet forget an agent's address and token")
        .params(kAgentAndKey)
        .reply(kAgent, kAgentColumns, "id")
        .destructive(),
    remote("placet.rotate-management", "Give Placet an agent's new token").params(kRotate).reply(kAgent, kAgentColumns, "id").writes(),
    post("placet.set-webhook", "/api/v1/agents/setWebhook", "Say where Placet sends an agent's messages")
        .params(kAgentAndKey)
        .body(kWebhook)
        .reply(kAgent, kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .completed(),
    post("placet.delete-webhook", "/api/v1/agents/deleteWebhook", "Forget where an agent's messages go")
        .params(kAgentAndKey)
        .body(kChannel)
        .reply(kAgent, kAgentColumns, "id")
        .errors<Code::not_found>()
        .destructive()
        .idempotent()
        .completed(),
    post("placet.set-subagent", "/api/v1/agents/setSubagent", "Say whether an agent belongs to another")
        .params(kAgentAndKey)
        .body(kSubagent)
        .reply(kAgent, kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .completed(),
    get("placet.usage", "/api/manage/usage/daily", "Show what all agents of Placet used, by day")
        .params(kDays)
        .list(kUsageList, kUsage, kUsageColumns, "id", "agents")
        .errors<Code::unauthenticated>(),
};

}  // namespace facio::placet
