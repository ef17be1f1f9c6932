// Routes of the chat area.
#include "commands/facio/chat/server/service.hpp"
#include "commands/serve/http/rate_limit.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::chat {
namespace {

using namespace serve;

/// The answer goes to nobody but the client, so its turn ends when the client goes away.
void send(ChatService& chat, Call& call, Respond respond) {
  auto question = chat.read(call.agent, call.body);
  if (!question) return respond(fail(std::move(question.error())));
  question->trusted = call.trusted;
  if (!call.trusted) question->source = rate_limit_key(call.remote);
  auto answer = [respond = std::move(respond)](Result<ChatReply> reply) mutable { respond(reply_of(std::move(reply))); };
  call.gone = [&chat, run = chat.ask(call.agent, std::move(*question), std::move(answer))] { chat.abandon(run); };
}

}  // namespace

std::span<const RouteOf<ChatService>> routes() {
  static constexpr RouteOf<ChatService> kRoutes[] = {
      {"chat.send", async_of<send>},
      {"chat.models", read_of<&ChatService::models>},
      {"chat.model", read_of<&ChatService::one_model, "id">},
  };
  return kRoutes;
}

}  // namespace facio::chat
