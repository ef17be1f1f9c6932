// The tasks that other agents give to this one: a message becomes a turn of the agent, and the task reports its progress.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/unique_function.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/runtime/a2a/push.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/alarm_clock.hpp"

namespace facio {
class CredentialsService;
}

namespace facio::serve {
class AgentTurn;
class ToolSource;
struct TurnProgress;
struct TurnResult;
}  // namespace facio::serve

namespace facio::serve::a2a {

class Live;

/// A follower of a task.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Called with the events in order; must not block. The last one has `last` set and is a status. A `message`, before the end of the
  /// task, is for whoever was told nothing yet: it is all that he is told.
  virtual void hear(const Event& event) = 0;
  /// From now on it shows what it hears, and what it has held back in case that a message answers in the place of a task.
  virtual void show() {}
  /// False: need not be called any more.
  [[nodiscard]] virtual bool listens() const = 0;
};

/// A message to the agent.
struct Sending {
  Message message;
  std::string metadata = {};                ///< of the request
  bool trusted = false;                     ///< from an operator: may run commands for operators
  bool wait = true;                         ///< answered when the task is over, or waits for somebody
  std::optional<PushConfig> push = {};      ///< a receiver of push notifications
  std::shared_ptr<Listener> listener = {};  ///< if set, it is answered when the task is stored, and everything else goes here
};

/// What a message is answered with.
struct Reply {
  Task task;
  std::optional<Message> message = {};  ///< instead of the task
};

/// Which tasks to list.
struct Listing {
  std::string context_id = {};
  std::optional<State> state = {};
  std::optional<std::int64_t> changed_from_ms = {};
  std::int64_t size = 50;
  std::string token = {};  ///< from the page before
};
struct Page {
  std::vector<Task> tasks;
  std::string next;  ///< token; empty on the last page
  std::int64_t size = 0, total = 0;
};

/// A task lives in its context; the context is the session `a2a:CONTEXT`, in which one turn runs at a time. A message to a task that is not
/// over is one more turn of it. Every state is durable before it is reported. A task that waits for its caller (input_required) may rest in
/// the store alone, over restarts, and is opened again when it is spoken of. Safe from any thread; callbacks come from any thread. It must
/// outlive its turns, and what it has submitted to the store.
class Tasks {
 public:
  using Done = UniqueFunction<void(Outcome<Task>)>;
  using Answered = UniqueFunction<void(Outcome<Reply>)>;

  ~Tasks() { push_->stop(); }
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;
  Tasks(const ServiceContext& base, const Outbound& outbound, AgentTurn& turns, const CredentialsService& credentials)
      : base_(base), turns_(turns), credentials_(credentials), push_(std::make_shared<PushSender>(base, outbound)) {}

  /// Marks the tasks that the last end of the server interrupted as failed; nothing of them runs again. Goes on with telling of those that
  /// are over. Before the first request.
  Status recover();
  /// The server ends: turns that are interrupted now have failed, not been canceled. Before the turns are stopped.
  void stopping() {
    stopping_ = true;
    alarm_.stop();
    push_->stop();
  }

  /// invalid_params, task_not_found, unsupported_operation (the task is over), overloaded.
  void send(std::string_view agent, Sending sending, Answered done);
  /// task_not_found.
  Outcome<Task> get(std::string_view agent, std::string_view id);
  /// The last changed first. invalid_params for an unknown token.
  Outcome<Page> list(std::string_view agent, const Listing& listing);
  /// Answers when the task is over. task_not_found, task_not_cancelable.
  void cancel(std::string_view agent, std::string_view id, Done done);
  /// The listener first gets the task as it is. task_not_found, unsupported_operation (the task is over), overloaded.
  Outcome<void> subscribe(std::string_view agent, std::string_view id, std::shared_ptr<Listener> listener);

  /// Adds or replaces a receiver and returns it with its id. task_not_found, invalid_params.
  void set_push(std::string_view agent, std::string_view id, PushConfig config, UniqueFunction<void(Outcome<PushConfig>)> done);
  /// task_not_found.
  Outcome<std::vector<PushConfig>> push(std::string_view agent, std::string_view id);
  /// Succeeds also when there is no such receiver. task_not_found for the task.
  void remove_push(std::string_view agent, std::string_view id, std::string config, UniqueFunction<void(Outcome<void>)> done);

 private:
  using LivePtr = std::shared_ptr<Live>;
  using Key = std::pair<std::string, std::string>;  ///< agent, and task or context

  LivePtr find(std::string_view agent, std::string_view id) const;
  Outcome<store::A2aTask> stored(std::string_view agent, std::string_view id) const;
  Outcome<LivePtr> open(std::string_view agent, std::string_view id, Fault::Kind over, std::string_view what);
  bool take_slot(const std::string& agent, const std::string& context);
  void release_slot(const Live& live);
  void retire(const LivePtr& live);
  // Require: mutex_ held.
  [[nodiscard]] bool has_room(const Key& context) const;
  bool take_slot_locked(const Key& context);
  void release_locked(const Live& live);
  void store_later(const LivePtr& live, UniqueFunction<void(Status)> done);
  void change_push(std::string_view agent, std::string_view id, UniqueFunction<Outcome<void>(store::Transaction&, store::A2aTask&)> change,
                   UniqueFunction<void(Outcome<void>)> done);
  void notify_of_status(const Live& live);
  void notify_of_artifact(const Live& live, const Artifact& artifact);

  void start_task(std::string_view agent, Sending sending, Answered done);
  void continue_task(std::string_view agent, Sending sending, Answered done);
  void begin(const LivePtr& live, Sending sending, const std::string& run_id, Answered done);
  std::shared_ptr<ToolSource> answer_tools(const LivePtr& live);
  void cancel_waiting(const LivePtr& live);
  void show_later(const std::shared_ptr<Listener>& listener);
  void show_due(bool all);
  void run(const LivePtr& live, const Message& message, const std::string& run_id, bool trusted);
  void on_progress(const LivePtr& live, const TurnProgress& progress);
  void change_state(const LivePtr& live, State state, const std::string& note);
  void on_end(const LivePtr& live, const std::string& run_id);

  const ServiceContext& base_;
  AgentTurn& turns_;
  const CredentialsService& credentials_;
  const std::shared_ptr<PushSender> push_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;  ///< guards everything below
  std::map<Key, LivePtr> open_;
  std::map<Key, std::size_t> contexts_;  ///< open tasks of each context
  std::size_t opened_ = 0;
  std::uint64_t released_ = 0;                                    ///< how often a task was taken out of open_
  std::multimap<std::int64_t, std::weak_ptr<Listener>> unshown_;  ///< by the time that they are to show what they hear
  bool alarm_started_ = false;
  AlarmClock alarm_;  ///< last, so that its thread ends first
};

}  // namespace facio::serve::a2a
