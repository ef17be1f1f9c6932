// The client side of the A2A protocol: the card of another agent, and a message to it over JSON-RPC or else HTTP+JSON, in version 1.0 if
// the card offers it, else in 0.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/facio/peers/shapes.hpp"
#include "commands/serve/outbound/outbound.hpp"

namespace facio::serve {

/// How to reach another agent.
struct PeerTarget {
  std::string url;  ///< of the agent, of its card, or of its /a2a/v1
  Secret token;     ///< empty: none is sent
  int cancel = -1;  ///< a descriptor that ends the exchange when it is readable, as Cancel::fd()
};

/// The address of the card of an agent with this address.
std::string card_address(std::string_view url);
/// The address for requests.
struct PeerAddress {
  std::string url;
  bool modern = false;      ///< it speaks version 1.0, not 0.3
  bool rest = false;        ///< over HTTP+JSON, not JSON-RPC
  std::string tenant = {};  ///< whom requests name; usually empty
};
/// The address in a card, preferring JSON-RPC, and the newer version. Code::upstream_failed when there is none or it is not on the host of
/// `url`: a token must never go to another host.
Result<PeerAddress> peer_address(std::string_view url, std::string_view card);

/// The agent's card as received, which is a JSON object. Code::upstream_failed, Code::upstream_timeout.
Result<std::string> fetch_card(const Outbound& outbound, const PeerTarget& peer, int timeout_ms);
/// What is said to a peer.
struct PeerMessage {
  std::string text;
  std::optional<std::string> context = {};  ///< conversation to go on with
  std::optional<std::string> task = {};     ///< task that waits for it
};
/// Sends a message and waits for the end of the task, at most `timeout_ms`; if it is still running then, the reply has its state. Leaves
/// the alias of the reply empty. Code::upstream_failed, Code::upstream_timeout when there was no answer at all.
Result<PeerReply> send_message(const Outbound& outbound, const PeerTarget& peer, const PeerMessage& message, int timeout_ms);

}  // namespace facio::serve
