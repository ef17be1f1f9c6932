// Calls of tools that wait for a person: asked by runs, decided by requests.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "commands/facio/approvals/shapes.hpp"
#include "commands/facio/runtime/loop/approver.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

class CredentialsService;
class PolicyService;

/// Which approvals to list.
struct ApprovalQuery {
  std::string status = "pending";  ///< or all
  std::string session_key;         ///< empty: of every session
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};

/// Safe from any thread. What waits is told apart from what was decided in the store; of the latter the last 1,000 are kept.
class ApprovalsService final : public serve::Approver {
 public:
  /// Nobody is waited for longer than `expiry_ms`.
  ApprovalsService(const serve::ServiceContext& context, PolicyService& policy, const CredentialsService& credentials,
                   std::int64_t expiry_ms);
  ~ApprovalsService() override;

  /// Called once at the start: the runs that asked before are gone, so what waited was interrupted.
  Status recover(std::span<const std::string_view> agents);

  /// Nobody can decide any more: who waits, and who asks from now on, is told that it was interrupted.
  void stop();

  Result<serve::ApprovalAnswer> ask(const serve::ApprovalRequest& request, const serve::Cancel& cancel,
                                    UniqueFunction<void(const std::string& id)> asked) override;

  /// The last asked first.
  Result<ApprovalList> list(std::string_view agent, const ApprovalQuery& query);
  /// Code::not_found.
  Result<Approval> get(std::string_view agent, std::string_view id);
  /// Decides a call that waits, with the rule that `always` asks for. Code::not_found, Code::conflict when it waits no more, Code::rejected
  /// names the field.
  Result<Approval> decide(store::Transaction& tx, std::string_view agent, std::string_view id, bool approve,
                          const ApprovalDecision& decision);
  /// To be called when a decision is durable: its rule counts, and the run goes on.
  void decided(std::string_view agent, const Approval& approval);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
