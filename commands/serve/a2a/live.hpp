// One task that goes on: its state as it is known now, and whoever follows it.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "commands/serve/a2a/tasks.hpp"
#include "commands/serve/runtime/turn.hpp"

namespace facio::serve::a2a {

class Live {
 public:
  using Done = UniqueFunction<void(Outcome<Task>)>;

  Live(std::string agent, Task task) : agent_(std::move(agent)), task_(std::move(task)) {}

  [[nodiscard]] const std::string& agent() const { return agent_; }
  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::string context_id() const;
  [[nodiscard]] Task snapshot() const;

  /// A further message: one turn more. False when the end is already being written.
  bool add_turn(const Message& message);
  /// A turn that was added and could not be kept, or will never run.
  void drop_turns(std::size_t count);
  [[nodiscard]] bool has_turns() const;

  /// Whoever hears everything from here on, the task as it is first; false when there are too many, or the task is over.
  bool follow(std::shared_ptr<Listener> listener);
  /// Called once: when the task is over or, unless `only_end`, waits for somebody; at once when it is so now.
  void await(Done done, bool only_end);

  void ask_cancel();
  [[nodiscard]] bool cancel_asked() const;

  // What its turns do. Each tells the listeners in the order of the calls.

  /// A state while the task goes on. False when it had this state.
  bool enter(State state, std::int64_t now, std::optional<std::string> note);
  void tell_status();
  /// A piece of the answer.
  void add_text(std::string_view piece);
  /// What was said so far was on the way to the answer, not the answer.
  void begin_text() { fresh_ = true; }
  /// The end of a turn, as it will be kept: called in its unit of work, perhaps again. `stopping`: the server ends.
  Task close_turn(const TurnResult& result, std::int64_t now, bool stopping);
  /// The end is durable: tells everybody. True when the task is over.
  bool tell_end();
  /// The end cannot be kept: what waits is answered with this.
  void give_up(const Fault& fault);

  /// Stored list of receivers.
  void set_receivers(std::string receivers);
  [[nodiscard]] std::string receivers() const;

 private:
  struct Waiter {
    Done done;
    bool only_end;
  };
  void tell(const Event& event);
  Event status_event(const Task& task) const;
  Artifact& answer();
  std::vector<Waiter> take_ready();
  static void answer_all(std::vector<Waiter> waiters, const Task& task);

  const std::string agent_;
  mutable std::mutex mutex_;
  Task task_;
  std::optional<Task> closing_;  ///< as it is after the turn whose end is being written
  std::size_t turns_ = 0, turn_ = 1;
  bool over_ = false, cancel_asked_ = false;
  bool fresh_ = true, spoke_ = false, whole_ = true;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<Waiter> waiters_;
  std::string receivers_;
};

}  // namespace facio::serve::a2a
