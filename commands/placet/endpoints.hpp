// Placet's own interface: its login, its agents, and what it keeps to manage them.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/placet/shapes.hpp"

namespace facio::placet {

inline constexpr Column kAgentColumns[] = {
    {"id", "ID"}, {"name", "NAME"}, {"status", "STATUS"}, {"manageable", "MANAGEABLE"}, {"managementUrl", "MANAGED AT"},
    {"lastActiveAt", "LAST ACTIVE", true}, {"isSubagent", "SUBAGENT", true}, {"parentAgentId", "PARENT", true}, {"tag", "TAG", true}};
inline constexpr Column kUsageColumns[] = {{"id", "ID"}, {"name", "NAME"}, {"total", "TOKENS"}, {"status", "STATUS"}, {"error", "ERROR", true}};

inline constexpr Param kKeyDoc = local_flag("api_key", types::string, "API key of Placet (hp_…), else that of $PLACET_API_KEY", {.secret = true});
inline constexpr Param kKey[] = {kKeyDoc};
inline constexpr Param kAgentAndKey[] = {positional("agent", "id of the agent; without it that of the context", {.value_name = "AGENT"}), kKeyDoc};
inline constexpr Param kRotate[] = {
    positional("agent", "id of the agent; without it that of the context", {.value_name = "AGENT"}), kKeyDoc,
    local_flag("management_token", types::string, "the agent's new management token", {.secret = true})};
inline constexpr Param kMail[] = {positional("email", "address of the user", {.required = true, .value_name = "EMAIL"})};
inline constexpr Param kDays[] = {query_param("days", types::integer, "how many days, today the last", {.min = 1, .max = 30, .default_text = "14"})};

inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kRefused[] = {Code::unauthenticated};

inline constexpr Example kLoginExamples[] = {{"placet login ada@example.org", "asks for the password and keeps the session's token"},
                                              {"placet login ada@example.org --password-file pass.txt", "the same in a script"}};
inline constexpr Example kLogoutExamples[] = {{"placet logout", "end the session and forget its token"}};
inline constexpr Example kRefreshExamples[] = {{"placet refresh", "a new token, good for seven more days"}};
inline constexpr Example kWhoExamples[] = {{"placet whoami", "who is logged in"}};
inline constexpr Example kAgentsExamples[] = {{"placet agents", "all agents, and which can be managed"},
                                               {"placet agents --api-key-file placet.key", "the same with an API key"}};
inline constexpr Example kSetExamples[] = {{"placet set-management agt_123 --management-url http://agent:8900 --management-token-file token", "let Placet manage an agent"}};
inline constexpr Example kClearExamples[] = {{"placet clear-management agt_123 --yes", "let Placet forget address and token"}};
inline constexpr Example kRotateExamples[] = {{"placet rotate-management agt_123 --management-token-file new-token", "give Placet the agent's new token"}};
inline constexpr Example kHookExamples[] = {{"placet set-webhook agt_123 --webhook-url https://agent.example/hook", "send its messages there"}};
inline constexpr Example kUnhookExamples[] = {{"placet delete-webhook agt_123 --yes", "send its messages nowhere"}};
inline constexpr Example kSubagentExamples[] = {{"placet set-subagent agt_456 --parent agt_123", "it belongs to agt_123"},
                                                 {"placet set-subagent agt_456 --no-subagent", "it belongs to no other agent"}};
inline constexpr Example kUsageExamples[] = {{"placet usage --days 7", "tokens of all agents in a week"}};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "placet.login", .method = Method::post, .path = "/api/auth/login", .summary = "Log in at Placet",
     .description = "The password is asked for without showing it, or read from a file, an environment variable, a file descriptor or standard "
                    "input. The session's token goes into the token file of the context, or into --token-file, readable for its owner alone; "
                    "it is never shown. It is good for seven days.",
     .params = kMail, .body = &kLogin, .reply = &kSession, .unwrap = "user", .errors = kRefused,
     .effect = Effect::write, .examples = kLoginExamples},
    {.id = "placet.refresh", .method = Method::post, .path = "/api/auth/refresh", .summary = "Renew the session at Placet",
     .description = "The new token takes the place of the old one in the token file.", .reply = &kSession, .unwrap = "user",
     .errors = kRefused, .effect = Effect::write, .examples = kRefreshExamples},
    {.id = "placet.logout", .method = Method::post, .path = "/api/auth/logout", .summary = "End the session at Placet",
     .description = "Forgets the token also when Placet knows the session no more.", .reply = &kMessage, .errors = kRefused,
     .effect = Effect::write, .examples = kLogoutExamples},
    {.id = "placet.whoami", .method = Method::get, .path = "/api/auth/me", .summary = "Show who is logged in at Placet",
     .reply = &kSession, .unwrap = "user", .errors = kRefused, .examples = kWhoExamples},
    {.id = "placet.agents", .method = Method::get, .path = "/api/agents", .summary = "List the agents that Placet knows",
     .description = "Their ids are what a context names as its agent. With an API key the agents of its owner.", .params = kKey,
     .form = ReplyForm::list, .reply = &kAgent, .envelope = &kAgentList, .columns = kAgentColumns, .key = "id",
     .errors = kRefused, .examples = kAgentsExamples},
    {.id = "placet.set-management", .method = Method::post, .path = "/api/v1/agents/setManagement",
     .summary = "Give Placet an agent's address and token",
     .description = "Placet reaches the agent at the address with the token from then on. The address is checked when it is used, not when it "
                    "is stored. Needs an API key of Placet.",
     .params = kAgentAndKey, .body = &kManagement, .reply = &kAgent, .columns = kAgentColumns, .key = "id",
     .errors = kUnknown, .effect = Effect::write, .idempotent = true, .completed = true, .examples = kSetExamples},
    {.id = "placet.clear-management", .method = Method::none, .summary = "Let Placet forget an agent's address and token",
     .description = "The agent stays; it can no longer be managed through Placet. Needs an API key of Placet.", .params = kAgentAndKey,
     .reply = &kAgent, .columns = kAgentColumns, .key = "id", .effect = Effect::destructive, .surface = Surface::local,
     .remote = true, .examples = kClearExamples},
    {.id = "placet.rotate-management", .method = Method::none, .summary = "Give Placet an agent's new token",
     .description = "The address stays as Placet has it. The token is asked for without showing it when no flag says where it is. Needs an "
                    "API key of Placet.",
     .params = kRotate, .reply = &kAgent, .columns = kAgentColumns, .key = "id", .effect = Effect::write,
     .surface = Surface::local, .remote = true, .examples = kRotateExamples},
    {.id = "placet.set-webhook", .method = Method::post, .path = "/api/v1/agents/setWebhook", .summary = "Say where Placet sends an agent's messages",
     .description = "Replaces the whole webhook: headers and authentication that are not given are gone. Management address and token stay "
                    "unless new ones are given. Needs an API key of Placet.",
     .params = kAgentAndKey, .body = &kWebhook, .reply = &kAgent, .columns = kAgentColumns, .key = "id",
     .errors = kUnknown, .effect = Effect::write, .idempotent = true, .completed = true, .examples = kHookExamples},
    {.id = "placet.delete-webhook", .method = Method::post, .path = "/api/v1/agents/deleteWebhook", .summary = "Forget where an agent's messages go",
     .description = "Management address and token stay. Needs an API key of Placet.", .params = kAgentAndKey, .body = &kChannel,
     .reply = &kAgent, .columns = kAgentColumns, .key = "id", .errors = kUnknown, .effect = Effect::destructive,
     .idempotent = true, .completed = true, .examples = kUnhookExamples},
    {.id = "placet.set-subagent", .method = Method::post, .path = "/api/v1/agents/setSubagent", .summary = "Say whether an agent belongs to another",
     .description = "A subagent cannot be managed through Placet. Needs an API key of Placet.", .params = kAgentAndKey,
     .body = &kSubagent, .reply = &kAgent, .columns = kAgentColumns, .key = "id", .errors = kUnknown,
     .effect = Effect::write, .idempotent = true, .completed = true, .examples = kSubagentExamples},
    {.id = "placet.usage", .method = Method::get, .path = "/api/manage/usage/daily", .summary = "Show what all agents of Placet used, by day",
     .description = "Placet asks every agent that it manages; one that does not answer is listed with an error.", .params = kDays,
     .form = ReplyForm::list, .reply = &kUsage, .envelope = &kUsageList, .items = "agents",
     .columns = kUsageColumns, .key = "id", .errors = kRefused, .examples = kUsageExamples},
};
// clang-format on

}  // namespace facio::placet
