// Endpoints of the agent as a whole: its card and its commands (contract sections 3 and 18.1).
#pragma once

#include "cli/catalogue/declare.hpp"
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

inline constexpr Endpoint kEndpoints[] = {
    get("agent.status", "/api/v1/commands/status", "Show what the agent is doing")
        .params(kSession)
        .reply<AgentStatus>(kStatusColumns)
        .errors<Code::not_found>()
        .examples(kStatusExamples),
    get("agent.version", "/api/v1/commands/version", "Show the version of the agent's runtime")
        .reply<AgentVersionReply>()
        .examples(kVersionExamples),
    post("agent.stop", "/api/v1/commands/stop", "Stop running turns of the agent")
        .optional_body<SessionChoice>()
        .reply<CommandReply>()
        .errors<Code::not_found>()
        .idempotent()
        .examples(kStopExamples),
    post("agent.new", "/api/v1/commands/new", "Start a session afresh, dropping its messages")
        .body<SessionReset>()
        .reply<CommandReply>()
        .errors<Code::rejected, Code::not_found>()
        .destructive()
        .idempotent()
        .examples(kNewExamples)
        .synonyms<"agent reset">(),
    post("agent.reflect", "/api/v1/commands/reflect", "Let the agent reflect on its memory now")
        .description("The command returns at once; the work starts after the answer.")
        .optional_body<SessionChoice>()
        .reply<CommandReply>()
        .success(202)
        .errors<Code::not_found, Code::conflict>()
        .examples(kReflectExamples)
        .synonyms<"agent dream">(),
    post("agent.restart", "/api/v1/commands/restart", "Restart the agent's process")
        .description("The agent answers at once; the restart starts after the answer and ends every running turn. The command waits until "
                     "the agent answers again, and fails with 12 when it does not.")
        .params(kRestartFlags)
        .reply<CommandReply>()
        .success(202)
        .examples(kRestartExamples),
    get("agent.card", "/api/v1/agent-card", "Show the agent's card").reply<AgentCard>().examples(kCardExamples),
    get("agent.public-card", "/.well-known/agent-card.json", "Show the card that other agents see")
        .description("Needs no token. The agent answers only while A2A is enabled.")
        .reply<AgentCard>()
        .surface(Surface::card)
        .examples(kPublicCardExamples),
};

}  // namespace facio::agent
