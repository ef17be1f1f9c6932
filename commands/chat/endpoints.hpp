// Endpoints of the chat area: the agent behind the OpenAI interface. They need no token.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/chat/shapes.hpp"

namespace facio::chat {

inline constexpr Column kModelColumns[] = {{"id", "MODEL"}, {"owned_by", "OWNER"}, {"created", "MADE", true}};

inline constexpr Code kSendErrors[] = {Code::rejected, Code::upstream_failed, Code::upstream_timeout};

inline constexpr Example kSendExamples[] = {
    {"chat send 'What is on for today?'", "one message in the default session"},
    {"chat send -m 'And tomorrow?' --session api:plans", "the same by a flag, in a session of its own"},
    {"chat send -f request.json -o json", "a whole request of the OpenAI interface"},
};
inline constexpr Example kModelsExamples[] = {{"chat models", "the model that answers"}};

inline constexpr Param kSendParams[] = {positional("message", "what to say; the same as --message")};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "chat.send", .method = Method::post, .path = "/v1/chat/completions", .summary = "Send a message to the agent",
     .description = "The OpenAI interface of the agent: one user message in, one answer out; no streaming. It needs no token.",
     .params = kSendParams, .body = &shape_of<ChatRequest>, .reply = &shape_of<ChatReply>, .errors = kSendErrors, .effect = Effect::write,
     .surface = Surface::openai, .deadline = Deadline::slow, .examples = kSendExamples},
    {.id = "chat.models", .method = Method::get, .path = "/v1/models", .summary = "List the models that can be asked", .form = ReplyForm::list,
     .reply = &shape_of<ChatModel>, .envelope = &shape_of<ChatModelList>, .items = "data", .columns = kModelColumns, .key = "id",
     .surface = Surface::openai, .examples = kModelsExamples},
};
// clang-format on

}  // namespace facio::chat
