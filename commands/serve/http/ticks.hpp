// The steady clock, for durations.
#pragma once

#include <chrono>
#include <cstdint>

namespace facio::serve {

/// Microseconds since some fixed moment; never goes back.
inline std::int64_t ticks_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace facio::serve
