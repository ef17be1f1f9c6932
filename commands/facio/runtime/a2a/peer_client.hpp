// The calling side of the A2A protocol: the card of another agent, and a message to it over JSON-RPC, in version 1.0 where the card offers
// it, else in 0.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/facio/peers/shapes.hpp"
#include "commands/serve/outbound/outbound.hpp"

namespace facio::serve {

/// Where another agent is, and what it is asked with.
struct PeerTarget {
  std::string url;  ///< of the agent, of its card, or of its /a2a/v1
  Secret token;     ///< empty: none is sent
  int cancel = -1;  ///< a descriptor that ends the talk when it can be read, as Cancel::fd()
};

/// Where the card of an agent with this address is.
std::string card_address(std::string_view url);
/// Where JSON-RPC requests go.
struct RpcAddress {
  std::string url;
  bool modern = false;  ///< version 1.0 is spoken there, not 0.3
};
/// What the card names, in the newer version when it names both, if it is on the host of `url`. Code::upstream_failed says why not, so that
/// a token never goes to another host.
Result<RpcAddress> rpc_address(std::string_view url, std::string_view card);

/// The agent's card as it came, which is a JSON object. Code::upstream_failed says what is wrong, Code::upstream_timeout.
Result<std::string> fetch_card(const Outbound& outbound, const PeerTarget& peer, int timeout_ms);
/// Sends a text and waits for the end of the task, at most `timeout_ms`; a task that goes on then is told with its state. The alias of the
/// reply is left empty. Code::upstream_failed, Code::upstream_timeout when not even that came.
Result<PeerReply> send_message(const Outbound& outbound, const PeerTarget& peer, const std::string& text,
                               const std::optional<std::string>& context, int timeout_ms);

}  // namespace facio::serve
