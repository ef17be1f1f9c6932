// Scripts and deliveries of jobs.
//
// Rules that the wire contract leaves open, decided here:
// - channel `session`: `to` is the key of a session; the answer is one more message of the assistant there, in the same unit of work as the
//   end of the run. channel `peer` or `a2a`: `to` is the alias of a peer, which gets the answer as a message. Any other channel is one of
//   /channels, of type `webhook` (or of that name).
// - A delivery that fails makes the run an error; the answer stays in the job's own session.
// - Scripts are files of the workspace's scripts/. They run in the sandbox, each for at most five minutes; one that fails ends the run.
#pragma once

#include "commands/facio/runtime/delivery/webhook.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/runtime/scheduler/job_delivery.hpp"
#include "commands/serve/sandbox/sandbox.hpp"

namespace facio {
class ChannelsService;
class CredentialsService;
class PeersService;
}  // namespace facio

namespace facio::serve {

class Outbound;

class RuntimeJobDelivery final : public JobDelivery {
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
  explicit RuntimeJobDelivery(Parts parts) : parts_(parts) {}

  Result<std::string> run_scripts(std::string_view agent, const std::vector<std::string>& scripts, const Cancel& cancel) override;
  [[nodiscard]] bool stays_here(const CronPayload& payload) const override;
  Status with_end(store::Transaction& tx, const JobAnswer& answer, std::string& refused) override;
  Status send(const JobAnswer& answer, const Cancel& cancel) override;
  [[nodiscard]] AuditEvent sent_event(const JobAnswer& answer, const std::string& error) const override;

 private:
  Result<std::string> run_script(std::string_view agent, const std::string& name, const Cancel& cancel);
  Status call_peer(const JobAnswer& answer, const Cancel& cancel);
  Status post(const JobAnswer& answer, const Cancel& cancel);
  Result<Webhook> webhook_of(std::string_view agent, const std::string& channel);

  Parts parts_;
};

}  // namespace facio::serve
