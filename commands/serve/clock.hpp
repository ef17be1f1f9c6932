// What time it is.
#pragma once

#include <chrono>
#include <cstdint>

#include "cli/core/time.hpp"

namespace facio::serve {

/// Microseconds of the steady clock, for durations.
inline std::int64_t ticks_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Wall clock in epoch milliseconds; injected so that rules can be tested without waiting.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t now_ms() const override { return facio::now_ms(); }
};

}  // namespace facio::serve
