// What a job needs besides its turn: scripts before it, and the delivery of its answer.
//
// Rules that the wire contract leaves open, decided here:
// - channel `session`: `to` is the key of a session; the answer becomes a message of the assistant there, in the same unit of work as the
//   end of the run. channel `peer` or `a2a`: `to` is the alias of a peer, which gets the answer as a message. Any other channel is one of
//   /channels, of type `webhook` (or of that name).
// - A delivery that fails makes the run an error; the answer stays in the job's own session.
// - Scripts are files of the workspace's scripts/. They run in the sandbox, each for at most five minutes; one that fails ends the run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"
#include "commands/facio/cron/shapes.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/serve/cancel.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {
class ChannelsService;
class CredentialsService;
class PeersService;
class WorkspaceFiles;
}  // namespace facio

namespace facio::serve {

class Outbound;
class Sandbox;

struct JobAnswer {
  const TurnRequest& request;
  const CronJob& job;
  const std::string& text;
  std::int64_t at_ms;
};

/// Safe from any thread.
class JobDelivery {
 public:
  /// All outlive it.
  struct Parts {
    const WorkspaceFiles& files;
    const Sandbox& sandbox;
    const Outbound& outbound;
    CredentialsService& credentials;
    ChannelsService& channels;
    PeersService& peers;
  };
  explicit JobDelivery(Parts parts) : parts_(parts) {}

  /// Runs scripts of the workspace, one after the other, and returns what they wrote, as input for the turn. Blocks. A failure names the
  /// script and the reason; those after it are not run.
  Result<std::string> run_scripts(std::string_view agent, const std::vector<std::string>& scripts, const Cancel& cancel);

  /// Whether the answer stays in the store: then with_end() delivers it, otherwise send().
  [[nodiscard]] static bool stays_here(const CronPayload& payload) { return payload.channel == "session"; }
  /// Delivers as part of the unit of work that ends the turn, with its audit event. Failures are those of the store; `refused` says why the
  /// answer cannot go there.
  static Status with_end(store::Transaction& tx, const JobAnswer& answer, std::string& refused);
  /// Delivers to another program or host. Blocks. A failure says where to, and why not.
  Status send(const JobAnswer& answer, const Cancel& cancel);
  /// The audit event of a delivery; `error` is empty when it succeeded.
  [[nodiscard]] static AuditEvent event(const JobAnswer& answer, const std::string& error);

 private:
  struct Webhook {
    std::string url;
    std::vector<std::pair<std::string, Secret>> headers;
    Secret secret;  ///< signs the body; empty: it is not signed
  };

  Result<std::string> run_script(std::string_view agent, const std::string& name, const Cancel& cancel);
  Status call_peer(const JobAnswer& answer, const Cancel& cancel);
  Result<Webhook> webhook_of(std::string_view agent, const std::string& channel);
  Status post(const Webhook& hook, const JobAnswer& answer, const Cancel& cancel) const;

  Parts parts_;
};

}  // namespace facio::serve
