// Ends turns that work for too long, whatever they wait for: a model whose bytes trickle for ever, a tool, a place in a queue.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "commands/serve/cancel.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

/// One thread for all turns, started with the first. Safe from any thread; destroyed after the turns.
class TurnDeadlines {
 public:
  TurnDeadlines() = default;
  ~TurnDeadlines();
  TurnDeadlines(const TurnDeadlines&) = delete;
  TurnDeadlines& operator=(const TurnDeadlines&) = delete;

  /// Takes the deadline back when it is destroyed.
  using Guard = std::shared_ptr<const void>;
  /// Cancels the work with Code::timeout after this time. `cancel` outlives the guard. Code::unavailable: no thread can be started.
  Result<Guard> arm(Cancel& cancel, std::chrono::milliseconds in, std::string why);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Entry {
    Cancel* cancel;
    std::string why;
  };
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Instant, Entry> entries_;
  bool stopping_ = false;
  Thread thread_;
};

}  // namespace facio::serve
