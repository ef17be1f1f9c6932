// Endpoints of the chat area: the agent behind the OpenAI interface. They need no token.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/chat/shapes.hpp"

namespace facio::chat {

inline constexpr Column kModelColumns[] = {{"id", "MODEL"}, {"owned_by", "OWNER"}, {"created", "MADE", true}};

inline constexpr Param kMessage = positional("message", "what to say; the same as --message", {.value_name = "MESSAGE"});

inline constexpr Endpoint kEndpoints[] = {
    post("chat.send", "/v1/chat/completions", "Send a message to the agent")
        .params(kMessage)
        .body<ChatRequest>()
        .reply<ChatReply>()
        .errors<Code::rejected, Code::upstream_failed, Code::upstream_timeout>()
        .surface(Surface::openai)
        .slow()
        .completed()
        .synonyms<"chat">(),
    get("chat.models", "/v1/models", "List the models that can be asked")
        .list<ChatModelList, ChatModel>(kModelColumns, "id", "data")
        .surface(Surface::openai),
};

}  // namespace facio::chat
