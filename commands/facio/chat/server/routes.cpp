// Routes of the chat area.
#include <span>

#include "commands/facio/chat/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::chat {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

Result<Reply> models(Runtime& runtime, Call& call) { return serve::reply_with(runtime.chat.models(call.agent)); }

/// No thread waits for the turn, and a client that goes away does not stop it.
void send(Runtime& runtime, Call& call, Respond respond) {
  auto question = runtime.chat.read(call.agent, call.body);
  if (!question) return respond(fail(std::move(question.error())));
  question->trusted = call.trusted;
  runtime.chat.ask(call.agent, std::move(*question),
                   [respond = std::move(respond)](Result<ChatReply> reply) mutable { respond(serve::reply_of(std::move(reply))); });
}

constexpr serve::Route kRoutes[] = {
    {.id = "chat.send", .async = send},
    {.id = "chat.models", .read = models},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::chat
