// Signals that wait until a program at the terminal has put things right.
#pragma once

#include <csignal>
#include <span>
#include <vector>

namespace facio {

/// As long as this lives, the given signals do not act but end wait(). One at a time.
class HeldSignals {
 public:
  static constexpr int kReady = 0, kLate = -1;

  explicit HeldSignals(std::span<const int> signals);
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  /// Waits until there is something to read: kReady, kLate after the time (negative: none), or a signal that came, the first of those
  /// given.
  [[nodiscard]] int wait(int fd, int timeout_ms = -1) const;

 private:
  [[nodiscard]] int arrived() const;

  std::vector<int> signals_;
  std::vector<struct sigaction> before_;
  ::sigset_t mask_{};
};

}  // namespace facio
