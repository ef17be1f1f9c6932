// The tasks that other agents give to this one: a message becomes a turn of the agent, and the task tells how it goes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/unique_function.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/runtime/a2a/push.hpp"
#include "commands/facio/runtime/service_context.hpp"

namespace facio::serve {
class AgentTurn;
}

namespace facio::serve::a2a {

/// Somebody who wants to know what happens to a task.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Called with one event after the other, in their order; must not block. The last one has `last` set and is a status.
  virtual void hear(const Event& event) = 0;
  /// False: it need not be called any more.
  [[nodiscard]] virtual bool listens() const = 0;
};

/// A message to the agent.
struct Sending {
  Message message;
  std::string metadata = {};                ///< of the request
  bool trusted = false;                     ///< an operator asks: commands for operators run
  bool wait = true;                         ///< answered when the task is over, or waits for somebody
  std::optional<PushConfig> push = {};      ///< whom to tell as well
  std::shared_ptr<Listener> listener = {};  ///< answered when the task is kept; everything else is told here
};

/// Which tasks to list.
struct Listing {
  std::string context_id = {};
  std::optional<State> state = {};
  std::optional<std::int64_t> changed_from_ms = {};
  std::int64_t size = 50;
  std::string token = {};  ///< where to go on; of the page before
};
struct Page {
  std::vector<Task> tasks;
  std::string next;  ///< token; empty on the last page
  std::int64_t size = 0, total = 0;
};

/// A task lives in its context; the context is the session `a2a:CONTEXT`, in which one turn runs at a time. A message to a task that goes
/// on is one more turn of it. Every state is durable before it is told. Safe from any thread; callbacks come from any thread.
class Tasks {
 public:
  Tasks(const ServiceContext& base, const Outbound& outbound, AgentTurn& turns);
  ~Tasks();

  /// What went on when the server ended the last time has failed; nothing of it runs again. Before the first request.
  Status recover();
  /// The server ends: turns that are cut off now have failed, not been canceled. Before the turns are stopped.
  void stopping();

  /// invalid_params, task_not_found, unsupported_operation (the task is over), overloaded.
  void send(std::string_view agent, Sending sending, UniqueFunction<void(Outcome<Task>)> done);
  /// task_not_found.
  Outcome<Task> get(std::string_view agent, std::string_view id);
  /// The last changed first. invalid_params for a token that is none.
  Outcome<Page> list(std::string_view agent, const Listing& listing);
  /// Answers when the task is over. task_not_found, task_not_cancelable.
  void cancel(std::string_view agent, std::string_view id, UniqueFunction<void(Outcome<Task>)> done);
  /// The listener first hears of the task as it is. task_not_found, unsupported_operation (the task is over), overloaded.
  Outcome<void> subscribe(std::string_view agent, std::string_view id, std::shared_ptr<Listener> listener);

  /// Adds or replaces a receiver and gives it with its id. task_not_found, invalid_params.
  void set_push(std::string_view agent, std::string_view id, PushConfig config, UniqueFunction<void(Outcome<PushConfig>)> done);
  /// task_not_found.
  Outcome<std::vector<PushConfig>> push(std::string_view agent, std::string_view id);
  /// The same when there is no such receiver. task_not_found for the task.
  void remove_push(std::string_view agent, std::string_view id, std::string config, UniqueFunction<void(Outcome<void>)> done);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace facio::serve::a2a
