// Push notifications: the events of a task, posted to others.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve::a2a {

/// A receiver, as a caller asks for it.
struct PushConfig {
  std::string id;  ///< empty: one is generated
  std::string url;
  Secret token;        ///< sent along, so that the receiver can tell who subscribed
  std::string scheme;  ///< of Authorization, e.g. "Bearer"; empty: none is sent
  Secret credentials;
  Dialect dialect = Dialect::v1;  ///< what the receiver understands
};

constexpr std::size_t kMostPushConfigs = 10;

/// Reads a configuration in any dialect. invalid_params.
Outcome<PushConfig> read_push(JsonRef json, const std::string& field, Dialect dialect);
/// As clients read it: without its secrets.
std::string push_json(std::string_view task_id, const PushConfig& config, Dialect dialect);

/// The receivers that the row of a task holds; their secrets are sealed.
Result<std::vector<PushConfig>> stored_push(std::string_view json);
/// The place that a secret of a receiver is sealed for.
std::string push_secret_place(std::string_view task_id, std::string_view id, std::string_view what);
/// The list with one more receiver, or with one replaced.
Result<std::string> with_push(std::string_view json, const PushConfig& config, std::string_view task_id, const Vault& vault,
                              store::Transaction& tx);
/// The list without one.
Result<std::string> without_push(std::string_view json, std::string_view id);

/// Delivers in the pool, a few tasks at a time and the events of each in order; each receiver is tried three times. Owned by a shared_ptr,
/// because its work in the pool may outlive the owner. Safe from any thread.
class PushSender : public std::enable_shared_from_this<PushSender> {
 public:
  PushSender(const ServiceContext& base, const Outbound& outbound) : base_(base), outbound_(outbound) {}

  /// Whether requests to a receiver's address are allowed, as far as that is known without a look-up. invalid_params.
  [[nodiscard]] Outcome<void> check(const PushConfig& config, const std::string& field) const;
  /// `receivers`: the stored list. `whole`: the task as it is now, for receivers that want that.
  void send(std::string_view agent, std::string receivers, Event event, Task whole);

 private:
  struct Job {
    std::string agent, receivers;
    Event event;
    Task whole;
  };

  void start_worker();  ///< Requires: mutex_ held.
  void work();
  bool deliver(const Job& job) const;
  bool deliver(const Job& job, const PushConfig& to) const;
  bool post(const OutboundRequest& request) const;
  void settle(const Job& job) const;

  const ServiceContext& base_;
  const Outbound& outbound_;
  std::mutex mutex_;                             ///< guards everything below
  std::map<std::string, std::deque<Job>> jobs_;  ///< by task
  std::deque<std::string> ready_;                ///< tasks with jobs that no worker has taken
  std::size_t workers_ = 0, waiting_ = 0;
};

}  // namespace facio::serve::a2a
