// Push notifications: the events of a task, posted to others.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve::a2a {

/// A receiver, as a caller asks for it.
struct PushConfig {
  std::string id;  ///< empty: one is generated
  std::string url;
  std::string address;  ///< as stored: the sealed URL, when `url` is only what is shown of it
  Secret token;         ///< sent along, so that the receiver can tell who subscribed
  std::string scheme;   ///< of Authorization, e.g. "Bearer"; empty: none is sent
  Secret credentials;
  Dialect dialect = Dialect::v1;  ///< what the receiver understands

  // Of the end of the task, as stored.
  bool settled = false;                               ///< the receiver knows of it, or was given up
  std::int64_t tries = 0, since_ms = 0, next_ms = 0;  ///< rounds that failed, the first of them, and when the next one is due
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

/// What became of telling one receiver of the end.
struct PushOutcome {
  enum class Kind : std::uint8_t { told, failed, refused };
  std::string id;
  Kind kind = Kind::told;
  std::string why = {};
};
/// A receiver that will not be tried again.
struct PushGivenUp {
  std::string id, url, why;
  std::int64_t tries = 0;
};
/// The list after these outcomes: who failed is due again, ever later, for a day; who refused, or was tried for that long, is given up.
Result<std::string> after_push(std::string_view json, const std::vector<PushOutcome>& outcomes, std::int64_t now_ms,
                               std::vector<PushGivenUp>& given_up);
/// When the next of the receivers that do not know of the end is due; nothing when all are settled.
std::optional<std::int64_t> next_push(std::string_view json);

/// Delivers in the pool, a few tasks at a time and the events of each in order; each receiver is tried three times. The end of a task is
/// tried again later, over restarts: what the store holds of it says who is to be told and when. Owned by a shared_ptr, because its work in
/// the pool may outlive the owner. Safe from any thread.
class PushSender : public std::enable_shared_from_this<PushSender> {
 public:
  PushSender(const ServiceContext& base, const Outbound& outbound) : base_(base), outbound_(outbound) {}

  /// Whether requests to a receiver's address are allowed, as far as that is known without a look-up. invalid_params.
  [[nodiscard]] Outcome<void> check(const PushConfig& config, const std::string& field) const;
  /// `receivers`: the stored list. `whole`: the task as it is now, for receivers that want that.
  void send(std::string_view agent, std::string receivers, Event event, Task whole);
  /// Begins to try again what is due. Without a thread for it, what fails is tried after the next start.
  Status start();
  void stop() { alarm_.stop(); }
  /// The end of this task is to be told by then.
  void plan(std::string_view agent, std::string_view task_id, std::int64_t when_ms);

 private:
  struct Job {
    std::string agent, receivers;
    Event event;
    Task whole;

    [[nodiscard]] bool is_end() const { return event.kind == Event::Kind::status && is_over(event.task.state); }
  };
  using Planned = std::pair<std::string, std::string>;  ///< agent and task

  // Require: mutex_ held.
  void start_worker();
  void set_alarm();
  void plan_locked(std::int64_t when_ms, Planned what);

  void work();
  void ring();
  void try_again(const Planned& what);
  bool deliver(const Job& job);
  std::optional<PushOutcome> deliver(const Job& job, const PushConfig& to) const;
  std::optional<PushOutcome> post(const OutboundRequest& request, bool again) const;
  void settle(const Job& job, std::vector<PushOutcome> outcomes);

  const ServiceContext& base_;
  const Outbound& outbound_;
  std::mutex mutex_;                             ///< guards everything below
  std::map<std::string, std::deque<Job>> jobs_;  ///< by task
  std::deque<std::string> ready_;                ///< tasks with jobs that no worker has taken
  std::size_t workers_ = 0, waiting_ = 0;
  std::multimap<std::int64_t, Planned> planned_;  ///< by the time that it is due
  AlarmClock alarm_;                              ///< last, so that its thread ends first
};

}  // namespace facio::serve::a2a
