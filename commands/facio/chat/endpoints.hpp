// Endpoints of the chat area: the agent behind the OpenAI interface. They need no token.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/chat/shapes.hpp"

namespace facio::chat {

inline constexpr Column kModelColumns[] = {{"id", "MODEL"}, {"owned_by", "OWNER"}, {"created", "MADE", true}};

inline constexpr Example kSendExamples[] = {
    {"chat", "a conversation on the terminal"},
    {"chat 'What is on for today?'", "one message in the default session"},
    {"chat send -m 'And tomorrow?' --session plans", "the same by a flag, in the session api:plans"},
    {"chat --session plans < notes.md", "a message from a file"},
    {"chat -f request.json -o json", "a whole request of the OpenAI interface, and the whole reply"},
};
inline constexpr Example kModelsExamples[] = {{"chat models", "the model that answers"}};

inline constexpr Param kSendParams[] = {positional("message", "what to say; the same as --message", {.value_name = "MESSAGE"})};

inline constexpr Endpoint kEndpoints[] = {
    post("chat.send", "/v1/chat/completions", "Send a message to the agent")
        .description("The OpenAI interface of the agent: one user message in, one answer out; no streaming. It needs no token. Without a "
                     "message it is read "
                     "from standard input; on a terminal a conversation begins: a message a line (a backslash at its end goes on in the "
                     "next), /quit or Ctrl-D "
                     "ends, Ctrl-C stops the answer that is being made. The answer's text is printed; -o json prints the whole reply. The "
                     "agent keeps the "
                     "history of a session itself. The run goes on when the client goes away.")
        .params(kSendParams)
        .body<ChatRequest>()
        .reply<ChatReply>()
        .errors<Code::rejected, Code::upstream_failed, Code::upstream_timeout>()
        .surface(Surface::openai)
        .slow()
        .completed()
        .examples(kSendExamples)
        .synonyms<"chat">(),
    get("chat.models", "/v1/models", "List the models that can be asked")
        .list<ChatModelList, ChatModel>(kModelColumns, "id", "data")
        .surface(Surface::openai)
        .examples(kModelsExamples),
};

}  // namespace facio::chat
