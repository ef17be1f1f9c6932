// Other agents that this one may call.
#pragma once

#include <string_view>

#include "commands/facio/peers/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"

namespace facio {

class CredentialsService;
struct StoredPeer;
namespace serve {
class Outbound;
struct PeerTarget;
}  // namespace serve

/// Safe from any thread.
class PeersService {
 public:
  PeersService(const serve::ServiceContext& context, const serve::Outbound& outbound, const CredentialsService& credentials);

  struct Added {
    Peer peer;
    bool replaced = false;
  };

  /// All peers, by alias.
  Result<PeerList> list(std::string_view agent);
  /// Registers a peer, or replaces one. Code::rejected names the field.
  Result<Added> add(store::Transaction& transaction, std::string_view agent, JsonRef body);
  /// Code::not_found.
  Result<PeerDeleted> remove(store::Transaction& transaction, std::string_view agent, std::string_view alias);

  /// The peer's card as received. Blocks. Code::not_found, Code::upstream_failed.
  Result<std::string> card(std::string_view agent, std::string_view alias);
  /// Sends a message and returns the answer. Blocks until it arrives, or `cancel` (as Cancel::fd()) is readable. Code::not_found,
  /// Code::upstream_failed, Code::upstream_timeout, Code::unavailable.
  Result<PeerReply> call(std::string_view agent, std::string_view alias, const PeerCall& message, int cancel = -1);

 private:
  Result<StoredPeer> find(std::string_view agent, std::string_view alias) const;
  Result<serve::PeerTarget> target(std::string_view agent, std::string_view alias) const;
  Status seal_address(store::Transaction& tx, std::string_view agent, std::string_view alias, const std::optional<StoredPeer>& before,
                      StoredPeer& stored) const;

  const serve::ServiceContext& base_;
  const serve::Outbound& outbound_;
  const CredentialsService& credentials_;
  serve::Documents<StoredPeer> peers_;
};

}  // namespace facio
