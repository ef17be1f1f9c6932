// A thread that sleeps until a given time of the wall clock, and is woken when that clock is set.
#pragma once

#include <cstdint>
#include <mutex>
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

  /// How far the clock was put forward, in milliseconds (negative: back), if it was set; nothing: it is the time of the alarm.
  using Jump = std::optional<std::int64_t>;
  /// Starts the thread. It calls `ring` at the time set, and when the clock was set. What `ring` throws is reported. A clock that is set is
  /// noticed at once where the kernel tells, and within five seconds by comparing it with the time that has passed.
  Status start(UniqueFunction<void(Jump)> ring);
  /// Sets the next alarm, in epoch milliseconds, or none. Replaces the previous one. From any thread.
  void set(std::optional<std::int64_t> when_ms);
  /// Ends the thread; `ring` is not called after that. Not from `ring` itself.
  void stop();

 private:
  void loop();
  void arm();
  bool take_alarm();

  std::mutex mutex_;                  ///< guards the two below
  std::optional<std::int64_t> when_;  ///< what is to come
  Descriptor timer_;                  ///< by the time that passes, as far as the wall clock seems to be from the alarm
  Descriptor changes_, wake_;
  UniqueFunction<void(Jump)> ring_;
  Thread thread_;
};

}  // namespace facio::serve
