// One task that goes on: its state as it is known now, and whoever follows it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "commands/facio/runtime/a2a/tasks.hpp"
#include "commands/facio/runtime/turn.hpp"

namespace facio::serve::a2a {

/// Safe from any thread; listeners are called under its lock.
class Live {
 public:
  using Done = UniqueFunction<void(Outcome<Task>)>;

  /// A new task whose first turn has this run id.
  Live(std::string agent, Task task, std::string run_id);

  [[nodiscard]] const std::string& agent() const { return agent_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& context_id() const { return context_id_; }
  [[nodiscard]] Task snapshot() const;
  /// Turns that have not ended.
  [[nodiscard]] std::vector<std::string> runs() const;

  /// A further message is one more turn. False when the end is already being written.
  bool add_turn(const Message& message, const std::string& run_id);
  /// The message that was added last could not be kept.
  void drop_turn(const std::string& message_id, const std::string& run_id);

  /// Hears everything from here on, the task as it is first. False when the task is over, or too many listen.
  bool follow(std::shared_ptr<Listener> listener);
  /// Calls `done` once: when the task is over or, unless `only_end`, waits for somebody.
  void await(Done done, bool only_end);
  void ask_cancel();
  [[nodiscard]] bool cancel_asked() const;

  // What its turns do.

  /// A state while the task goes on; `note` tells why. False when it is in this state, or over.
  bool enter(State state, std::int64_t now, const std::string& note = {});
  /// Tells the state to everybody.
  void tell_status();
  /// A piece of the answer.
  void add_text(const std::string& piece);
  /// What was said so far was on the way to the answer: the next piece begins anew.
  void begin_text();
  /// The task as it is after a turn, to be kept in its unit of work; may be called again. `stopping`: the server ends.
  Task close_turn(const TurnResult& result, std::int64_t now, bool stopping);
  /// Whether close_turn() was called for the turn that has ended.
  [[nodiscard]] bool is_closed() const;
  /// That is durable now: tells everybody. True when the task is over.
  bool tell_end(const std::string& run_id);

  void set_receivers(std::string receivers);
  [[nodiscard]] std::string receivers() const;

 private:
  struct Waiter {
    Done done;
    bool only_end;
  };
  void tell(const Event& event);
  [[nodiscard]] Event status_event() const;
  [[nodiscard]] std::string artifact_id() const;
  Artifact* answer_in(Task& task) const;
  void tell_answer(Task& after);
  std::vector<Waiter> take_ready();

  const std::string agent_, id_, context_id_;
  mutable std::mutex mutex_;
  Task task_;
  std::optional<Task> closing_;
  std::vector<std::string> runs_;
  std::size_t turn_ = 1;  ///< number of the one that goes on
  bool over_ = false, cancel_asked_ = false, fresh_ = true;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<Waiter> waiters_;
  std::string receivers_;
};

}  // namespace facio::serve::a2a
