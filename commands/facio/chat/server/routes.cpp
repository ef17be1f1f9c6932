// Routes of the chat area.
#include "commands/facio/chat/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::chat {
namespace {

using namespace serve;

/// No thread waits for the turn, and a client that disconnects does not stop it.
void send(ChatService& chat, Call& call, Respond respond) {
  auto question = chat.read(call.agent, call.body);
  if (!question) return respond(fail(std::move(question.error())));
  question->trusted = call.trusted;
  chat.ask(call.agent, std::move(*question),
           [respond = std::move(respond)](Result<ChatReply> reply) mutable { respond(reply_of(std::move(reply))); });
}

}  // namespace

std::span<const RouteOf<ChatService>> routes() {
  static constexpr RouteOf<ChatService> kRoutes[] = {
      {"chat.send", async_of<send>},
      {"chat.models", read_of<&ChatService::models>},
  };
  return kRoutes;
}

}  // namespace facio::chat
