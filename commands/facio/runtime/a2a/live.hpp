// A task that somebody works on or follows: its present state, and its followers.
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

  /// A new task whose first turn has this run id; or, without one, a stored task that waits for its caller.
  Live(std::string agent, Task task, std::string run_id);

  [[nodiscard]] const std::string& agent() const { return agent_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& context_id() const { return context_id_; }
  [[nodiscard]] Task snapshot() const { return locked(task_); }
  /// Turns that have not ended.
  [[nodiscard]] std::vector<std::string> runs() const { return locked(runs_); }

  /// Adds a further message, which is one more turn. False when the end is already being written, or it was retired.
  bool add_turn(const Message& message, const std::string& run_id);
  /// Takes back the message that was added last: it could not be stored.
  void drop_turn(const std::string& message_id, const std::string& run_id);

  /// The listener gets the task as it is, then everything that follows. False when the task is over or retired, or too many listen.
  bool follow(std::shared_ptr<Listener> listener);
  /// Calls `done` once: when the task is over or, unless `only_end`, waits for somebody.
  void await(Done done, bool only_end);
  /// Calls all of them now, with this fault: what they wait for cannot be told.
  void end_waiting(const Fault& why);
  /// False when it was retired.
  bool ask_cancel();
  [[nodiscard]] bool cancel_asked() const { return locked(cancel_asked_); }
  /// Ends a task that waits for its caller: as it is to be stored before report_end(). Nothing when a turn works on it, or it is over.
  std::optional<Task> close_waiting(std::int64_t now);
  /// Takes that back: it could not be stored.
  void reopen();
  /// Whether the task waits for its caller, and nobody follows it: then it takes no more turns and followers from now on, and the store
  /// has all there is to know.
  bool retire();
  [[nodiscard]] bool is_retired() const { return locked(retired_); }

  // For its turns.

  /// Changes the state while the task is not over; `note` says why. False when it is already in this state, or over.
  bool enter(State state, std::int64_t now, const std::string& note = {});
  /// Reports the state to all listeners and waiters.
  void report_status();
  /// Adds a piece of the answer.
  void add_text(const std::string& piece);
  /// The text so far only led up to a tool call: the next piece starts the answer anew.
  void begin_text() { assign(fresh_, true); }
  /// Adds something whole to the answer, as an artifact. Code::too_large: the task has as much as it may.
  Result<Artifact> add_output(Part part);
  /// How the turn is to end if it ends well: in this state, whose message is then the text of the answer; or, for `message`, with a message
  /// to whoever waits for it. Code::rejected: this turn cannot.
  Status end_with(std::optional<State> state, bool message);
  /// The task as it is after a turn, to be stored in its unit of work; may be called again. `stopping`: the server ends.
  Task close_turn(const TurnResult& result, std::int64_t now, bool stopping);
  /// Whether close_turn() was called for the turn that has ended.
  [[nodiscard]] bool is_closed() const { return locked(closing_).has_value(); }
  /// What the end of a turn was.
  struct End {
    bool over = false;                    ///< the task is over
    bool settled = false;                 ///< the task is over, or waits for its caller
    std::optional<Artifact> answer = {};  ///< of this turn
  };
  /// Reports the end of the turn, which is durable now.
  End report_end(const std::string& run_id);
  /// What the first turn answered in the place of the task, if it did.
  [[nodiscard]] std::optional<Message> message() const { return locked(message_); }

  void set_receivers(std::string receivers) { assign(receivers_, std::move(receivers)); }
  [[nodiscard]] std::string receivers() const { return locked(receivers_); }

 private:
  struct Waiter {
    Done done;
    bool only_end;
  };
  template <class T>
  T locked(const T& member) const {
    const std::lock_guard lock(mutex_);
    return member;
  }
  template <class T>
  void assign(T& member, T value) {
    const std::lock_guard lock(mutex_);
    member = std::move(value);
  }
  void answer_waiters(std::unique_lock<std::mutex> lock);
  // Require: mutex_ held.
  void emit(const Event& event);
  [[nodiscard]] Event update(Event::Kind kind) const;
  [[nodiscard]] std::string artifact_id() const;
  static Artifact* find(Task& task, const std::string& id);
  std::optional<Artifact> emit_answer(Task& after);
  [[nodiscard]] bool is_at_rest() const { return over_ || (task_.state == State::input_required && runs_.empty()); }
  [[nodiscard]] Message message_of(const Task& task) const;

  const std::string agent_, id_, context_id_;
  mutable std::mutex mutex_;  ///< guards everything below
  Task task_;
  std::optional<Task> closing_;
  std::vector<std::string> runs_;
  std::size_t turn_;  ///< number of the running turn, or of the next one
  bool over_ = false, cancel_asked_ = false, retired_ = false, fresh_ = true;
  std::optional<Message> question_;  ///< of a task that waited for its caller, until its next turn begins
  std::optional<State> end_state_;   ///< see end_with(), of the running turn; so is the next
  bool end_message_ = false;
  std::optional<Message> message_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<Waiter> waiters_;
  std::string receivers_;
};

}  // namespace facio::serve::a2a
