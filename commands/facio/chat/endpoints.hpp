// Endpoints of the chat area: the agent behind the OpenAI interface. They need no token.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/chat/shapes.hpp"

namespace facio::chat {

inline constexpr Column kModelColumns[] = {{"id", "MODEL"}, {"owned_by", "OWNER"}, {"created", "MADE", true}};

inline constexpr Code kSendErrors[] = {Code::rejected, Code::upstream_failed, Code::upstream_timeout};

inline constexpr Example kSendExamples[] = {
    {"chat", "a conversation on the terminal"},
    {"chat 'What is on for today?'", "one message in the default session"},
    {"chat send -m 'And tomorrow?' --session plans", "the same by a flag, in the session api:plans"},
    {"chat --session plans < notes.md", "a message from a file"},
    {"chat -f request.json -o json", "a whole request of the OpenAI interface, and the whole reply"},
};
inline constexpr Example kModelsExamples[] = {{"chat models", "the model that answers"}};

inline constexpr std::string_view kSendSynonyms[] = {"chat"};

inline constexpr Param kSendParams[] = {positional("message", "what to say; the same as --message", {.value_name = "MESSAGE"})};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "chat.send", .method = Method::post, .path = "/v1/chat/completions", .summary = "Send a message to the agent",
     .description = "The OpenAI interface of the agent: one user message in, one answer out; no streaming. It needs no token. Without a message it is read "
                    "from standard input; on a terminal a conversation begins: a message a line (a backslash at its end goes on in the next), /quit or Ctrl-D "
                    "ends, Ctrl-C stops the answer that is being made. The answer's text is printed; -o json prints the whole reply. The agent keeps the "
                    "history of a session itself. The run goes on when the client goes away.",
     .params = kSendParams, .body = &shape_of<ChatRequest>, .reply = &shape_of<ChatReply>, .errors = kSendErrors, .effect = Effect::write,
     .surface = Surface::openai, .deadline = Deadline::slow, .completed = true, .examples = kSendExamples, .synonyms = kSendSynonyms},
    {.id = "chat.models", .method = Method::get, .path = "/v1/models", .summary = "List the models that can be asked", .form = ReplyForm::list,
     .reply = &shape_of<ChatModel>, .envelope = &shape_of<ChatModelList>, .items = "data", .columns = kModelColumns, .key = "id",
     .surface = Surface::openai, .examples = kModelsExamples},
};
// clang-format on

}  // namespace facio::chat
