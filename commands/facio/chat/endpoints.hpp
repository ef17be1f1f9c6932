// Endpoints of the chat area: the agent behind the OpenAI interface. They need no token.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/chat/shapes.hpp"

namespace facio::chat {

inline constexpr Column kModelColumns[] = {{"id", "MODEL"}, {"owned_by", "OWNER"}, {"created", "MADE", true}};

inline constexpr Param kSendParams[] = {
    positional("message", "what to say; the same as --message", {.value_name = "MESSAGE"}),
    local_flag("stop_on_interrupt", types::boolean, "Ctrl-C stops the run on the agent, not only the waiting for its answer"),
    local_flag("no_history", types::boolean, "in a conversation: do not keep the messages for the arrow keys"),
};

inline constexpr Param kModelId =
    path_param("id", "name of the model, with / written as %2F", {.example = "builtin", .value_name = "MODEL"});

inline constexpr Endpoint kEndpoints[] = {
    post("chat.send", "/v1/chat/completions", "Send a message to the agent")
        .params(kSendParams)
        .body<ChatRequest>()
        .reply<ChatReply>()
        .errors<Code::rejected, Code::turn_failed>()
        .surface(Surface::openai)
        .slow()
        .completed()
        .synonyms<"chat">(),
    get("chat.models", "/v1/models", "List the available models")
        .list<ChatModelList, ChatModel>(kModelColumns, "id", "data")
        .surface(Surface::openai),
    get("chat.model", "/v1/models/{id}", "Show one available model")
        .params(kModelId)
        .reply<ChatModel>(kModelColumns, "id")
        .errors<Code::not_found>()
        .surface(Surface::openai),
};

}  // namespace facio::chat
