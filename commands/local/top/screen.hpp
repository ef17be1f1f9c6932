// The whole screen of a terminal, restored however the program ends.
#pragma once

#include <memory>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::top {

/// What ended a wait.
struct Wakeup {
  std::string keys;      ///< bytes as typed; arrows are "\x1b[A"
  bool resized = false;  ///< or stopped and continued: everything must be painted again
  bool woken = false;    ///< `wake` can be read
  int ended_by = 0;      ///< a signal that is to end the program; restore the terminal before raising it
};

/// Uses the terminal's alternate screen and reads every key as it is typed. The terminal is restored when this goes out of scope, and also
/// when a signal ends or stops the program.
class Screen {
 public:
  /// Code::usage when there is no terminal to take.
  static Result<std::unique_ptr<Screen>> take();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int lines() const { return lines_; }

  /// Waits for a key, a signal, `wake`, or the end of the time.
  Wakeup wait(int wake, int timeout_ms);
  /// Paints these lines over what is there; each must fit. Code::output when the terminal is gone.
  Status paint(const std::vector<std::string>& rows);
  /// Restores the terminal now.
  void restore();

 private:
  Screen() = default;
  void enter();
  void measure();

  int columns_ = 80, lines_ = 24;
  bool inside_ = false;
};

}  // namespace facio::top
