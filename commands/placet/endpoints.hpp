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

inline constexpr Param kKey = local_flag("api_key", types::string, "the Placet API key (hp_…; default $PLACET_API_KEY)", {.secret = true});
inline constexpr Param kAgentArgument = positional("agent", "id of the agent; default: that of the context", {.value_name = "AGENT"});
inline constexpr Param kAgentAndKey[] = {kAgentArgument, kKey};
inline constexpr Param kRotate[] = {
    kAgentArgument,
    kKey,
    local_flag("management_token", types::string, "the agent's new management token", {.secret = true}),
};
inline constexpr Param kMail = positional("email", "address of the user", {.required = true, .value_name = "EMAIL"});
inline constexpr Param kDays =
    query_param("days", types::integer, "number of days, up to today", {.min = 1, .max = 30, .default_text = "14"});

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
    remote("placet.clear-management", "Make Placet forget an agent's address and token")
        .params(kAgentAndKey)
        .reply(kAgent, kAgentColumns, "id")
        .destructive(),
    remote("placet.rotate-management", "Give Placet a new token for an agent").params(kRotate).reply(kAgent, kAgentColumns, "id").writes(),
    post("placet.set-webhook", "/api/v1/agents/setWebhook", "Set where Placet delivers an agent's messages")
        .params(kAgentAndKey)
        .body(kWebhook)
        .reply(kAgent, kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .completed(),
    post("placet.delete-webhook", "/api/v1/agents/deleteWebhook", "Delete an agent's webhook at Placet")
        .params(kAgentAndKey)
        .body(kChannel)
        .reply(kAgent, kAgentColumns, "id")
        .errors<Code::not_found>()
        .destructive()
        .idempotent()
        .completed(),
    post("placet.set-subagent", "/api/v1/agents/setSubagent", "Set whether an agent is a subagent")
        .params(kAgentAndKey)
        .body(kSubagent)
        .reply(kAgent, kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .completed(),
    get("placet.usage", "/api/manage/usage/daily", "Show the token usage of all Placet agents by day")
        .params(kDays)
        .list(kUsageList, kUsage, kUsageColumns, "id", "agents")
        .errors<Code::unauthenticated>(),
};

}  // namespace facio::placet
