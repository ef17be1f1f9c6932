// The agent loop: takes messages for sessions and runs their turns, one at a time in each session, many sessions at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "commands/facio/runtime/loop/turn_deadlines.hpp"
#include "commands/facio/runtime/loop/turn_work.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

struct SlashCommands;

/// Each running turn has a thread, which waits for its model and its tools; threads start on demand and end when idle. A turn that waits
/// for a person has none. Slash commands (/stop, /status …) wait for no turn.
class AgentLoop final : public AgentTurn {
 public:
  /// At most `most_threads` turns run at once; further ones wait. Messages without a token may keep half of them busy, those of one address
  /// a quarter; the rest is refused, Code::throttled.
  explicit AgentLoop(unsigned most_threads = 1024) : most_threads_(most_threads) {}
  ~AgentLoop() override { stop(std::chrono::milliseconds(0)); }

  /// What the loop works with; before the first turn.
  void start(LoopParts parts, const SlashCommands* commands) {
    parts_.emplace(parts);
    parts_->stopping = &stop_;
    commands_ = commands;
  }
  /// Called on a turn's thread after its end is durable, one call at a time. Set before the first turn.
  void on_end(UniqueFunction<void(const TurnRequest&, const TurnResult&)> listener) { ended_ = std::move(listener); }

  void run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) override;
  using AgentTurn::run;
  std::size_t cancel(std::string_view agent, std::string_view session_key) override { return cancel_session(agent, session_key, false); }
  std::size_t cancel_and_drop(std::string_view agent, std::string_view session_key) override {
    return cancel_session(agent, session_key, true);
  }
  using AgentTurn::cancel_run;
  bool cancel_run(std::string_view agent, std::string_view run_id, std::string_view why) override;
  bool wait_cancelled(std::string_view agent, std::string_view session_key, std::chrono::milliseconds most) override;
  [[nodiscard]] bool busy(std::string_view agent, std::string_view session_key) const override;
  [[nodiscard]] std::size_t waiting(std::string_view agent, std::string_view session_key) const override;
  void abort() override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  struct Task;
  using TaskPtr = std::shared_ptr<Task>;
  using Threads = std::list<Thread>;

  std::optional<TurnResult> execute(const TaskPtr& task);
  std::optional<TurnResult> work_in_time(Task& task);
  std::optional<TurnResult> outcome_of(const TaskPtr& task) noexcept;
  void finish(Task& task, TurnResult result) noexcept;
  void work_on(Threads::iterator self);
  void wake(const TaskPtr& task);
  std::int64_t request_limit(const std::string& agent);
  std::size_t cancel_session(std::string_view agent, std::string_view session, bool drop);
  // Require: mutex_ held.
  [[nodiscard]] Status admit(const Task& task);
  [[nodiscard]] Status accept(const TaskPtr& task);
  void count(Task& task);
  void uncount(const Task& task);
  std::deque<TaskPtr>& queue_of(const Task& task);
  [[nodiscard]] Status start_thread();
  [[nodiscard]] Status make_ready(TaskPtr task);
  [[nodiscard]] TaskPtr next_task(std::unique_lock<std::mutex>& lock);
  void remove(const TaskPtr& task);
  void put_aside(const TaskPtr& task);
  void take_up(const TaskPtr& task);
  void wait_for_thread(const TaskPtr& task);
  void cancel_task(const TaskPtr& task, std::string_view why);
  void hold_up(const TaskPtr& task);
  void join_finished();

  const unsigned most_threads_;
  std::optional<LoopParts> parts_;
  const SlashCommands* commands_ = nullptr;
  UniqueFunction<void(const TurnRequest&, const TurnResult&)> ended_;
  std::mutex ended_mutex_;
  RequestSlots slots_;
  ToolNotes notes_;
  TurnDeadlines deadlines_;
  Cancel stop_;
  mutable std::mutex mutex_;      ///< guards everything below
  std::condition_variable work_;  ///< something is ready, or the loop stops
  std::condition_variable idle_;  ///< a task or a thread has ended
  std::deque<TaskPtr> ready_;
  std::map<std::pair<std::string, std::string>, std::deque<TaskPtr>> sessions_;  ///< by agent and session; the first is running or ready
  std::list<TaskPtr> all_;
  std::map<std::string, std::size_t, std::less<>> sources_;  ///< turns of messages without a token, by address
  std::size_t from_sources_ = 0;
  std::map<std::string, std::int64_t, std::less<>> request_limits_;  ///< as of the first turn: a change waits for a restart
  Threads threads_, finished_;
  unsigned idle_threads_ = 0, thread_count_ = 0;
  std::size_t aside_ = 0;  ///< turns that wait for a person
  bool stopping_ = false;
};

}  // namespace facio::serve
