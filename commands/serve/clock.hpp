// What time it is, and how much time has passed, which is not the same: a wall clock can be set.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "cli/core/time.hpp"

namespace facio::serve {

/// Microseconds of the steady clock, for durations.
inline std::int64_t ticks_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Milliseconds since the machine was started, sleep included; nobody can set this clock.
std::int64_t since_boot_ms();
/// What names this start of the machine; empty where the system does not tell.
const std::string& boot_id();

/// That the wall clock was set.
struct ClockJump {
  std::int64_t at_ms = 0;  ///< what it showed afterwards, epoch
  std::int64_t by_ms = 0;  ///< how far it was put forward; negative: back
};

/// Wall clock in epoch milliseconds; injected so that rules can be tested without waiting.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;
  /// As since_boot_ms(): for durations and deadlines.
  [[nodiscard]] virtual std::int64_t elapsed_ms() const { return since_boot_ms(); }
  /// The last time that the wall clock was set, as far as this process noticed.
  [[nodiscard]] virtual std::optional<ClockJump> last_jump() const { return std::nullopt; }
};

/// Safe from any thread.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t now_ms() const override { return facio::now_ms(); }
  [[nodiscard]] std::optional<ClockJump> last_jump() const override {
    const std::lock_guard lock(mutex_);
    return jump_;
  }
  void noticed(ClockJump jump) {
    const std::lock_guard lock(mutex_);
    jump_ = jump;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<ClockJump> jump_;
};

/// The end of a time that was granted: when the wall clock shows it, or when so much time has passed, whichever is first. So a clock that
/// is set back lengthens nothing.
struct Deadline {
  std::int64_t wall_ms = 0, elapsed_ms = 0;

  static Deadline in(const Clock& clock, std::int64_t ms) { return {clock.now_ms() + ms, clock.elapsed_ms() + ms}; }
  /// What is left of it, at least 0.
  [[nodiscard]] std::int64_t left_ms(const Clock& clock) const {
    return std::max<std::int64_t>(0, std::min(wall_ms - clock.now_ms(), elapsed_ms - clock.elapsed_ms()));
  }
  [[nodiscard]] bool is_over(const Clock& clock) const { return left_ms(clock) == 0; }
  /// When it is over by the wall clock as that stands now.
  [[nodiscard]] std::int64_t ends_ms(const Clock& clock) const { return clock.now_ms() + left_ms(clock); }
};

}  // namespace facio::serve
