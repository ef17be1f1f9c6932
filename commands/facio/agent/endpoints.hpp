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

inline constexpr Param kSession = query_param("sessionKey", types::string, "session to ask about; default: the default session",
                                              {.flag = "session", .value_name = "KEY"});

inline constexpr Param kRestartFlags[] = {
    local_flag("if_needed", types::boolean, "only if a change requires a restart"),
    local_flag("no_wait", types::boolean, "do not wait for the agent to answer again"),
    local_flag("wait_for", types::string, "longest wait for the agent to answer again", {.default_text = "60s", .value_name = "DURATION"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("agent.status", "/api/v1/commands/status", "Show what the agent is doing")
        .params(kSession)
        .reply<AgentStatus>(kStatusColumns)
        .errors<Code::not_found>(),
    get("agent.version", "/api/v1/commands/version", "Show the version of the agent's runtime").reply<AgentVersionReply>(),
    post("agent.stop", "/api/v1/commands/stop", "Stop the agent's running turns")
        .optional_body<SessionChoice>()
        .reply<CommandReply>()
        .errors<Code::not_found>()
        .idempotent(),
    post("agent.new", "/api/v1/commands/new", "Restart a session and drop its messages")
        .body<SessionReset>()
        .reply<CommandReply>()
        .errors<Code::rejected, Code::not_found>()
        .destructive()
        .idempotent()
        .synonyms<"agent reset">(),
    post("agent.reflect", "/api/v1/commands/reflect", "Run a reflection on the agent's memory now")
        .optional_body<SessionChoice>()
        .reply<CommandReply>()
        .success(202)
        .errors<Code::not_found, Code::conflict>()
        .synonyms<"agent dream">(),
    post("agent.restart", "/api/v1/commands/restart", "Restart the agent's process")
        .params(kRestartFlags)
        .reply<CommandReply>()
        .success(202),
    get("agent.card", "/api/v1/agent-card", "Show the agent's card").reply<AgentCard>(),
    get("agent.public-card", "/.well-known/agent-card.json", "Show the agent's card as other agents see it")
        .reply<AgentCard>()
        .errors<Code::not_found>()
        .surface(Surface::card),
};

}  // namespace facio::agent
