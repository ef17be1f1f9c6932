// Talking to an agent of a LibreFang daemon while it answers: by server-sent events, or over a WebSocket.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/talk/shapes.hpp"

namespace facio::librefang::talk {

inline constexpr Param kChat[] = {
    path_param("id", "id or name of the agent", {.example = "coder", .value_name = "AGENT"}),
    positional("message", "what to say; without it a conversation, or standard input", {.value_name = "MESSAGE"}),
    local_flag("no_history", types::boolean, "keep no history of what is typed"),
};
inline constexpr Param kAttach[] = {
    path_param("id", "id or name of the agent", {.example = "coder", .value_name = "AGENT"}),
    positional("message", "the only message; without it each line of standard input", {.value_name = "MESSAGE"}),
    local_flag("no_history", types::boolean, "keep no history of what is typed"),
};

inline constexpr Endpoint kEndpoints[] = {
    post("librefang.agents.chat", "/api/agents/{id}/message/stream", "Talk to an agent, and see its answer as it comes")
        .params(kChat)
        .body(kMessage)
        .reply(kAnswer)
        .errors<Code::not_found>()
        .slow()
        .completed()
        .synonyms<"chat">(),
    get("librefang.agents.attach", "/api/agents/{id}/ws", "Talk to an agent over a WebSocket")
        .params(kAttach)
        .text("application/json")
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::talk
