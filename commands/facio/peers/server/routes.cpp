// Routes of the peers area.
#include "commands/facio/peers/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::peers {
namespace {

using namespace serve;

Result<Peer> add(PeersService& peers, store::Transaction& tx, Call& call) {
  auto added = peers.add(tx, call.agent, call.body);
  if (!added) return fail(std::move(added.error()));
  if (added->replaced) call.replaced = call.endpoint->success_replaced;
  return std::move(added->peer);
}

Result<PeerReply> call_peer(PeersService& peers, const Call& call, const PeerCall& message) {
  return peers.call(call.agent, call.arguments.text("alias"), message);
}

/// Records that a message was sent, never its text.
AuditEvent called(const PeerReply& reply) {
  AuditEvent event;
  event.event = "message_out";
  event.status = "ok";
  event.origin = "api";
  event.channel = "a2a";
  event.channel_id = reply.alias;
  event.message = "called peer " + reply.alias + ": " + reply.state;
  return event;
}

}  // namespace

std::span<const RouteOf<PeersService>> routes() {
  static constexpr RouteOf<PeersService> kRoutes[] = {
      {"peers.list", read_of<&PeersService::list>},
      {"peers.add", write_of<add>},
      {"peers.remove", write_of<&PeersService::remove, "alias">},
      {"peers.card", pool_read_of<&PeersService::card, "alias">},
      {"peers.call", change_of<call_peer>.with<called>},
  };
  return kRoutes;
}

}  // namespace facio::peers
