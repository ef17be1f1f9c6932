// Other agents that this one may call.
#pragma once

#include <memory>
#include <string_view>

#include "cli/core/json.hpp"
#include "commands/facio/peers/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

class CredentialsService;

/// Safe from any thread.
class PeersService {
 public:
  PeersService(const serve::ServiceContext& context, const serve::Outbound& outbound, const CredentialsService& credentials);
  ~PeersService();

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

  /// The peer's card as it came. Blocks. Code::not_found, Code::upstream_failed.
  Result<std::string> card(std::string_view agent, std::string_view alias);
  /// Sends a message and gives the answer. Blocks until it comes, or `cancel` (as Cancel::fd()) can be read. Code::not_found,
  /// Code::upstream_failed, Code::upstream_timeout, Code::unavailable.
  Result<PeerReply> call(std::string_view agent, std::string_view alias, const PeerCall& message, int cancel = -1);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
