// The agent loop: takes messages for sessions and runs their turns, one at a time in each session, many sessions at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "commands/facio/runtime/loop/turn_work.hpp"
#include "commands/facio/runtime/turn.hpp"

namespace facio::serve {

class SlashCommands;

/// Each turn that goes on has a thread, which waits for its model, its tool or its person; threads are started when they are needed and
/// end when they are not. Commands (/stop, /status …) wait for no turn.
class AgentLoop final : public AgentTurn {
 public:
  /// At most `most_threads` turns go on at once; more of them wait.
  explicit AgentLoop(unsigned most_threads = 1024);
  ~AgentLoop() override;

  /// What the loop works with; before the first turn.
  void start(LoopParts parts, SlashCommands* commands);
  /// Called after each turn, on its thread, when its end is durable; before the first turn.
  void on_end(UniqueFunction<void(const TurnRequest&, const TurnResult&)> listener);

  void run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) override;
  using AgentTurn::run;
  std::size_t cancel(std::string_view agent, std::string_view session_key) override;
  std::size_t cancel_and_drop(std::string_view agent, std::string_view session_key) override;
  bool cancel_run(std::string_view agent, std::string_view run_id) override;
  [[nodiscard]] bool busy(std::string_view agent, std::string_view session_key) const override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
