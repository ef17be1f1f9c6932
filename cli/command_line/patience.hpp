// Asking an agent the same again and again until something has happened, or time is up.
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace facio {

class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Patience(std::chrono::milliseconds longest) : end_(Clock::now() + longest) {}

  [[nodiscard]] Clock::time_point end() const { return end_; }
  [[nodiscard]] bool is_over() const { return left_ms() <= 0; }
  /// Pauses before the next question: from 100 ms on longer and longer, up to 2 s, but not beyond the end.
  void pause() {
    (void)::poll(nullptr, 0, static_cast<int>(std::clamp<std::int64_t>(left_ms(), 0, pause_ms_)));
    pause_ms_ = std::min(pause_ms_ * 3 / 2, kLongestMs);
  }

 private:
  static constexpr int kFirstMs = 100, kLongestMs = 2000;

  [[nodiscard]] std::int64_t left_ms() const { return std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()).count(); }

  const Clock::time_point end_;
  int pause_ms_ = kFirstMs;
};

}  // namespace facio
