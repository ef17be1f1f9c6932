// Placet's own interface: its login, its agents, and what it keeps to manage them.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/placet/shapes.hpp"

namespace facio::placet {

inline constexpr std::string_view kSystemName = "placet";

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
inline constexpr Param kAgent = positional("agent", "id of the agent; without it that of the context", {.value_name = "AGENT"});
inline constexpr Param kAgentAndKey[] = {kAgent, kKey};
inline constexpr Param kRotate[] = {
    kAgent,
    kKey,
    local_flag("management_token", types::string, "the agent's new management token", {.secret = true}),
};
inline constexpr Param kMail = positional("email", "address of the user", {.required = true, .value_name = "EMAIL"});
inline constexpr Param kDays =
    query_param("days", types::integer, "how many days, today the last", {.min = 1, .max = 30, .default_text = "14"});

inline constexpr Example kLoginExamples[] = {{"placet login ada@example.org", "asks for the password and keeps the session's token"},
                                             {"placet login ada@example.org --password-file pass.txt", "the same in a script"}};
inline constexpr Example kLogoutExamples[] = {{"placet logout", "end the session and forget its token"}};
inline constexpr Example kRefreshExamples[] = {{"placet refresh", "a new token, good for seven more days"}};
inline constexpr Example kWhoExamples[] = {{"placet whoami", "who is logged in"}};
inline constexpr Example kAgentsExamples[] = {{"placet agents", "all agents, and which can be managed"},
                                              {"placet agents --api-key-file placet.key", "the same with an API key"}};
inline constexpr Example kSetExamples[] = {
    {"placet set-management agt_123 --management-url http://agent:8900 --management-token-file token", "let Placet manage an agent"}};
inline constexpr Example kClearExamples[] = {{"placet clear-management agt_123 --yes", "let Placet forget address and token"}};
inline constexpr Example kRotateExamples[] = {
    {"placet rotate-management agt_123 --management-token-file new-token", "give Placet the agent's new token"}};
inline constexpr Example kHookExamples[] = {
    {"placet set-webhook agt_123 --webhook-url https://agent.example/hook", "send its messages there"}};
inline constexpr Example kUnhookExamples[] = {{"placet delete-webhook agt_123 --yes", "send its messages nowhere"}};
inline constexpr Example kSubagentExamples[] = {{"placet set-subagent agt_456 --parent agt_123", "it belongs to agt_123"},
                                                {"placet set-subagent agt_456 --no-subagent", "it belongs to no other agent"}};
inline constexpr Example kUsageExamples[] = {{"placet usage --days 7", "tokens of all agents in a week"}};

inline constexpr Endpoint kEndpoints[] = {
    post("placet.login", "/api/auth/login", "Log in at Placet")
        .description(
            "The password is asked for without showing it, or read from a file, an environment variable, a file descriptor or standard "
            "input. The session's token goes into the token file of the context, or into --token-file, readable for its owner alone; "
            "it is never shown. It is good for seven days.")
        .params(kMail)
        .body<PlacetLogin>()
        .reply<PlacetSession>()
        .unwrap("user")
        .errors<Code::unauthenticated>()
        .foreign(kSystemName)
        .examples(kLoginExamples),
    post("placet.refresh", "/api/auth/refresh", "Renew the session at Placet")
        .description("The new token takes the place of the old one in the token file.")
        .reply<PlacetSession>()
        .unwrap("user")
        .errors<Code::unauthenticated>()
        .foreign(kSystemName)
        .examples(kRefreshExamples),
    post("placet.logout", "/api/auth/logout", "End the session at Placet")
        .description("Forgets the token also when Placet knows the session no more.")
        .reply<PlacetMessage>()
        .errors<Code::unauthenticated>()
        .foreign(kSystemName)
        .examples(kLogoutExamples),
    get("placet.whoami", "/api/auth/me", "Show who is logged in at Placet")
        .reply<PlacetSession>()
        .unwrap("user")
        .errors<Code::unauthenticated>()
        .foreign(kSystemName)
        .examples(kWhoExamples),
    get("placet.agents", "/api/agents", "List the agents that Placet knows")
        .description("Their ids are what a context names as its agent. With an API key the agents of its owner.")
        .params(kKey)
        .list<PlacetAgentList>(kAgentColumns, "id")
        .errors<Code::unauthenticated>()
        .foreign(kSystemName)
        .examples(kAgentsExamples),
    post("placet.set-management", "/api/v1/agents/setManagement", "Give Placet an agent's address and token")
        .description(
            "Placet reaches the agent at the address with the token from then on. The address is checked when it is used, not when it "
            "is stored. Needs an API key of Placet.")
        .params(kAgentAndKey)
        .body<PlacetManagement>()
        .reply<PlacetAgent>(kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .foreign(kSystemName)
        .completed()
        .examples(kSetExamples),
    remote("placet.clear-management", "Let Placet forget an agent's address and token")
        .description("The agent stays; it can no longer be managed through Placet. Needs an API key of Placet.")
        .params(kAgentAndKey)
        .reply<PlacetAgent>(kAgentColumns, "id")
        .destructive()
        .system(kSystemName)
        .examples(kClearExamples),
    remote("placet.rotate-management", "Give Placet an agent's new token")
        .description(
            "The address stays as Placet has it. The token is asked for without showing it when no flag says where it is. Needs an "
            "API key of Placet.")
        .params(kRotate)
        .reply<PlacetAgent>(kAgentColumns, "id")
        .writes()
        .system(kSystemName)
        .examples(kRotateExamples),
    post("placet.set-webhook", "/api/v1/agents/setWebhook", "Say where Placet sends an agent's messages")
        .description(
            "Replaces the whole webhook: headers and authentication that are not given are gone. Management address and token stay "
            "unless new ones are given. Needs an API key of Placet.")
        .params(kAgentAndKey)
        .body<PlacetWebhook>()
        .reply<PlacetAgent>(kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .foreign(kSystemName)
        .completed()
        .examples(kHookExamples),
    post("placet.delete-webhook", "/api/v1/agents/deleteWebhook", "Forget where an agent's messages go")
        .description("Management address and token stay. Needs an API key of Placet.")
        .params(kAgentAndKey)
        .body<PlacetChannel>()
        .reply<PlacetAgent>(kAgentColumns, "id")
        .errors<Code::not_found>()
        .destructive()
        .idempotent()
        .foreign(kSystemName)
        .completed()
        .examples(kUnhookExamples),
    post("placet.set-subagent", "/api/v1/agents/setSubagent", "Say whether an agent belongs to another")
        .description("A subagent cannot be managed through Placet. Needs an API key of Placet.")
        .params(kAgentAndKey)
        .body<PlacetSubagent>()
        .reply<PlacetAgent>(kAgentColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .foreign(kSystemName)
        .completed()
        .examples(kSubagentExamples),
    get("placet.usage", "/api/manage/usage/daily", "Show what all agents of Placet used, by day")
        .description("Placet asks every agent that it manages; one that does not answer is listed with an error.")
        .params(kDays)
        .list<PlacetUsageList, PlacetUsage>(kUsageColumns, "id", "agents")
        .errors<Code::unauthenticated>()
        .foreign(kSystemName)
        .examples(kUsageExamples),
};

}  // namespace facio::placet
