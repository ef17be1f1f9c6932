// What time it is; injected so that rules can be tested without waiting.
#pragma once

#include <cstdint>

#include "cli/core/time.hpp"

namespace facio::serve {

/// Wall clock in epoch milliseconds.
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
