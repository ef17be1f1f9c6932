// Endpoints of the agent as a whole: its card and its commands (contract sections 3 and 18.1).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/agent/shapes.hpp"

namespace facio::agent {

inline constexpr Column kStatusColumns[] = {
    {"busy", "BUSY"},
    {"model", "MODEL"},
    {"provider", "PROVIDER"},
    {"uptime", "UPTIME"},
    {"sessionKey", "SESSION"},
    {"message_count", "MESSAGES"},
    {"restart_needed", "RESTART NEEDED"},
    {"restart_reasons", "BECAUSE OF", true},
};

inline constexpr Param kSession[] = {
    query_param("sessionKey", types::string, "session to ask about; without it the default one", {.flag = "session", .value_name = "KEY"})};

inline constexpr Param kRestartFlags[] = {
    local_flag("if_needed", types::boolean, "only when a change waits for a restart"),
    local_flag("no_wait", types::boolean, "do not wait until the agent answers again"),
    local_flag("wait_for", types::string, "longest wait for the agent to answer again", {.default_text = "60s", .value_name = "DURATION"}),
};

inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kReflectErrors[] = {Code::not_found, Code::conflict};
inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found};

inline constexpr Example kStatusExamples[] = {{"agent status", "what the agent is doing in the default session"},
                                              {"agent status --session api:default", "the same for a named session"}};
inline constexpr Example kVersionExamples[] = {{"agent version", "which runtime answers"}};
inline constexpr Example kStopExamples[] = {{"agent stop --session api:default", "stop the running turn of one session"},
                                            {"agent stop", "stop every running turn"}};
inline constexpr Example kNewExamples[] = {{"agent new --session api:default --yes", "start a session afresh"}};
inline constexpr Example kReflectExamples[] = {{"agent reflect", "let the agent go over its memory now"}};
inline constexpr Example kRestartExamples[] = {{"agent restart --if-needed", "make changed channels take effect, when there are any"},
                                               {"agent restart --no-wait", "ask for a restart and go on"}};
inline constexpr Example kCardExamples[] = {{"agent card", "the card as the agent's owner sees it"}};
inline constexpr Example kPublicCardExamples[] = {{"agent public-card", "the card as every other agent sees it"}};

inline constexpr std::string_view kResetSynonyms[] = {"agent reset"};
inline constexpr std::string_view kReflectSynonyms[] = {"agent dream"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "agent.status", .method = Method::get, .path = "/api/v1/commands/status", .summary = "Show what the agent is doing",
     .params = kSession, .reply = &shape_of<AgentStatus>, .columns = kStatusColumns, .errors = kUnknown, .examples = kStatusExamples},
    {.id = "agent.version", .method = Method::get, .path = "/api/v1/commands/version", .summary = "Show the version of the agent's runtime",
     .reply = &shape_of<AgentVersionReply>, .examples = kVersionExamples},
    {.id = "agent.stop", .method = Method::post, .path = "/api/v1/commands/stop", .summary = "Stop running turns of the agent",
     .body = &shape_of<SessionChoice>, .body_optional = true, .reply = &shape_of<CommandReply>, .errors = kUnknown, .effect = Effect::write,
     .idempotent = true, .examples = kStopExamples},
    {.id = "agent.new", .method = Method::post, .path = "/api/v1/commands/new", .summary = "Start a session afresh, dropping its messages",
     .body = &shape_of<SessionReset>, .reply = &shape_of<CommandReply>, .errors = kBadOrUnknown, .effect = Effect::destructive,
     .idempotent = true, .examples = kNewExamples, .synonyms = kResetSynonyms},
    {.id = "agent.reflect", .method = Method::post, .path = "/api/v1/commands/reflect", .summary = "Let the agent reflect on its memory now",
     .description = "The command returns at once; the work starts after the answer.", .body = &shape_of<SessionChoice>, .body_optional = true,
     .reply = &shape_of<CommandReply>, .success = 202, .errors = kReflectErrors, .effect = Effect::write, .examples = kReflectExamples,
     .synonyms = kReflectSynonyms},
    {.id = "agent.restart", .method = Method::post, .path = "/api/v1/commands/restart", .summary = "Restart the agent's process",
     .description = "The agent answers at once; the restart starts after the answer and ends every running turn. The command waits until "
                    "the agent answers again, and fails with 12 when it does not.",
     .params = kRestartFlags, .reply = &shape_of<CommandReply>, .success = 202, .effect = Effect::write, .examples = kRestartExamples},
    {.id = "agent.card", .method = Method::get, .path = "/api/v1/agent-card", .summary = "Show the agent's card",
     .reply = &shape_of<AgentCard>, .examples = kCardExamples},
    {.id = "agent.public-card", .method = Method::get, .path = "/.well-known/agent-card.json", .summary = "Show the card that other agents see",
     .description = "Needs no token. The agent answers only while A2A is enabled.", .reply = &shape_of<AgentCard>,
     .surface = Surface::card, .examples = kPublicCardExamples},
};
// clang-format on

}  // namespace facio::agent
