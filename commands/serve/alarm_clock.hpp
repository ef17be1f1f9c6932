// A thread that sleeps until a given instant of the wall clock, and is woken when somebody sets that clock.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"

namespace facio::serve {

/// Between two alarms the thread does not wake up at all.
class AlarmClock {
 public:
  AlarmClock() = default;
  ~AlarmClock();
  AlarmClock(const AlarmClock&) = delete;
  AlarmClock& operator=(const AlarmClock&) = delete;

  /// Starts the thread. It calls `ring` at the instant set; `was_set` tells that the clock was put forward or back instead.
  Status start(UniqueFunction<void(bool was_set)> ring);
  /// When to ring next, in epoch milliseconds; nothing: not at all. Replaces what was set before. From any thread.
  void set(std::optional<std::int64_t> when_ms);
  /// Ends the thread; `ring` is not called any more when it returns. Not from `ring` itself.
  void stop();

 private:
  void loop();

  static constexpr std::int64_t kUnknown = -1, kOff = 0;
  std::atomic<std::int64_t> set_{kUnknown};  ///< what the timer was set to last, unless it has rung
  int timer_ = -1;
  int wake_ = -1;
  UniqueFunction<void(bool)> ring_;
  std::thread thread_;
};

}  // namespace facio::serve
