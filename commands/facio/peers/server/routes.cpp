// Routes of the peers area.
#include <span>

#include "commands/facio/peers/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::peers {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string alias_of(const Call& call) { return std::string(call.arguments.text("alias")); }

Result<Reply> list(Runtime& runtime, Call& call) { return serve::reply_of(runtime.peers.list(call.agent)); }

void add(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<Peer>(
      runtime, call,
      [&runtime, &call](store::Transaction& tx) -> Result<Peer> {
        auto added = runtime.peers.add(tx, call.agent, call.body);
        if (!added) return fail(std::move(added.error()));
        if (added->replaced) call.replaced = call.endpoint->success_replaced;
        return std::move(added->peer);
      },
      std::move(respond));
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<PeerDeleted>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.peers.remove(tx, call.agent, alias_of(call)); },
      std::move(respond));
}

void card(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond),
                          [&runtime, &call]() -> Result<Reply> { return serve::reply_of(runtime.peers.card(call.agent, alias_of(call))); });
}

/// That a message went out, never what it said.
AuditEvent event_of(const PeerReply& reply) {
  AuditEvent event;
  event.event = "message_out";
  event.status = "ok";
  event.origin = "api";
  event.channel = "a2a";
  event.channel_id = reply.alias;
  event.message = "called peer " + reply.alias + ": " + reply.state;
  return event;
}

void call(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<serve::Changed> {
    auto message = from_json<PeerCall>(call.body);
    if (!message) return fail(std::move(message.error()));
    auto reply = runtime.peers.call(call.agent, alias_of(call), *message);
    if (!reply) return fail(std::move(reply.error()));
    serve::Changed changed{.reply = serve::reply_with(*reply), .events = {}};
    changed.events.push_back(event_of(*reply));
    return changed;
  });
}

constexpr serve::Route kRoutes[] = {
    {.id = "peers.list", .read = list},  {.id = "peers.add", .async = add},   {.id = "peers.remove", .async = remove},
    {.id = "peers.card", .async = card}, {.id = "peers.call", .async = call},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::peers
