#include "commands/facio/runtime/tools/peer_tools.hpp"

#include "commands/facio/peers/server/service.hpp"

namespace facio::serve {
namespace {

struct ListPeers {
  static constexpr ShapeHead shape{"ListPeers", "Nothing"};
  static constexpr auto fields() { return Fields{}; }
};

struct CallPeer {
  std::string alias, message;
  std::optional<std::string> conversation;
  std::optional<std::int64_t> timeout;

  static constexpr ShapeHead shape{"CallPeer", "What to say to which peer"};
  static constexpr auto fields() {
    using C = CallPeer;
    return Fields{field("alias", &C::alias, "name of the peer, as list_peers shows it", {.not_blank = true, .pattern = "alias"}),
                  field("message", &C::message, "the message", {.not_blank = true}),
                  field("conversation", &C::conversation, "conversation to go on with, from an earlier answer"),
                  field("timeout", &C::timeout, "longest wait for the answer",
                        {.format = Format::seconds, .min = 1, .max = 600, .default_text = "60"})};
  }
};

}  // namespace

PeerTools::PeerTools(PeersService& peers) {
  add<ListPeers>("list_peers", "Lists the other agents that can be called: alias and what each is for.",
                 [&peers](const ToolRun& run, const ListPeers&) -> Result<ToolOutput> {
                   auto all = peers.list(run.agent);
                   if (!all) return fail(std::move(all.error()));
                   std::string out;
                   for (const Peer& peer : all->items) out += peer.alias + (peer.description ? "  " + *peer.description : "") + "\n";
                   return ToolOutput{.text = out.empty() ? "there are no peers" : std::move(out)};
                 });
  add<CallPeer>("call_peer", "Sends a message to another agent and gives its answer.",
                [&peers](const ToolRun& run, const CallPeer& wanted) -> Result<ToolOutput> {
                  auto reply =
                      peers.call(run.agent, wanted.alias,
                                 {.message = wanted.message, .contextId = wanted.conversation, .timeout_s = wanted.timeout.value_or(60)},
                                 run.cancel.fd());
                  if (!reply) return fail(std::move(reply.error()));
                  std::string remark;
                  if (reply->state != "completed") remark += "state " + reply->state;
                  if (reply->contextId) remark += (remark.empty() ? "" : ", ") + ("conversation " + *reply->contextId);
                  std::string text = std::move(reply->reply);
                  if (!remark.empty()) text += (text.empty() ? "[" : "\n[") + remark + "]";
                  return ToolOutput{.text = std::move(text), .failed = reply->state == "failed" || reply->state == "rejected"};
                });
}

}  // namespace facio::serve
