// Tool calls that wait for a person: runs ask, requests decide.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "commands/facio/approvals/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"
#include "commands/facio/runtime/loop/approver.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/clock.hpp"

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

/// Safe from any thread. A question that waits holds no thread, but a run and a person's attention, so only a few may wait for messages
/// that came without a token: Code::throttled. The store keeps pending and decided approvals apart; of the latter the last 1,000.
class ApprovalsService final : public serve::Approver {
 public:
  /// A question expires after `expiry_ms`.
  ApprovalsService(const serve::ServiceContext& context, PolicyService& policy, const CredentialsService& credentials,
                   std::int64_t expiry_ms);

  /// Marks what was pending as interrupted: the runs that asked are gone. From now on questions expire.
  Status start(std::span<const std::string_view> agents);

  /// Nobody can decide any more: pending and future questions are interrupted.
  void stop();

  Result<std::string> ask(const serve::ApprovalRequest& request, UniqueFunction<void()> wake) override;
  Result<serve::ApprovalAnswer> outcome(std::string_view agent, std::string_view id, std::string_view cut_off) override;

  /// The last asked first.
  Result<ApprovalList> list(std::string_view agent, const ApprovalQuery& query);
  /// Code::not_found.
  Result<Approval> get(std::string_view agent, std::string_view id);
  /// Decides a pending call, adding the rule that `always` asks for. Code::not_found, Code::conflict when it is no longer pending,
  /// Code::rejected names the field.
  Result<Approval> decide(store::Transaction& tx, std::string_view agent, std::string_view id, bool approve,
                          const ApprovalDecision& decision);
  /// To be called when a decision is durable: puts its rule in force and wakes the run.
  void decided(std::string_view agent, const Approval& approval);

 private:
  using Key = std::pair<std::string, std::string>;  ///< agent and id

  [[nodiscard]] bool waits(std::string_view agent, std::string_view id);
  Result<Approval> question(const serve::ApprovalRequest& request) const;
  Result<Approval> end(std::string_view agent, std::string_view id, std::string_view how, std::string_view reason);
  Status settle(store::Transaction& tx, std::string_view agent, Approval& approval);
  Status prune(store::Transaction& tx, std::string_view agent);

  const serve::ServiceContext& base_;
  PolicyService& policy_;
  const CredentialsService& credentials_;
  std::int64_t expiry_ms_;
  serve::Documents<Approval> pending_, decided_;
  std::mutex mutex_;  ///< guards what follows
  struct Waiter {
    UniqueFunction<void()> wake;  ///< empty once it has been called
    std::string source;           ///< as RunContext::source
    serve::Deadline expiry = {};
    bool decided = false, expired = false;
  };
  [[nodiscard]] Status admit(const std::string& source) const;  ///< requires: mutex_ held
  void set_alarm();                                             ///< requires: mutex_ held
  template <class Over>
  void wake_those(Over over);
  std::map<Key, Waiter> waiters_;
  bool stopping_ = false;
  std::map<std::string, std::size_t> kept_;  ///< number of decided approvals by agent; only for the writer thread
  serve::AlarmClock alarm_;                  ///< last, so that its thread ends first
};

}  // namespace facio
