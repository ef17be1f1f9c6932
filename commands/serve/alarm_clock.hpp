// A thread that sleeps until a given time of the wall clock, and is woken when that clock is set.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "cli/core/files.hpp"
#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

class AlarmClock {
 public:
  AlarmClock() = default;
  ~AlarmClock() { stop(); }

  /// Starts the thread. It calls `ring` at the time set; `was_set`: the clock was put forward or back instead. What `ring` throws is
  /// reported.
  Status start(UniqueFunction<void(bool was_set)> ring);
  /// Sets the next alarm, in epoch milliseconds, or none. Replaces the previous one. From any thread.
  void set(std::optional<std::int64_t> when_ms);
  /// Ends the thread; `ring` is not called after that. Not from `ring` itself.
  void stop();

 private:
  void loop();

  static constexpr std::int64_t kUnknown = -1, kOff = 0;
  std::atomic<std::int64_t> set_{kUnknown};  ///< what the timer was last set to, unless it has rung since
  Descriptor timer_, wake_;
  UniqueFunction<void(bool)> ring_;
  Thread thread_;
};

}  // namespace facio::serve
