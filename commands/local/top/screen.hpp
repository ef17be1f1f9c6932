// The whole screen of a terminal, given back at every end.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::top {

/// What happened while waiting.
struct Happened {
  std::string keys;      ///< bytes that were typed; arrows as "\x1b[A"
  bool resized = false;  ///< also after a stop: everything has to be painted again
  bool woken = false;    ///< the descriptor that was given can be read
  int ended_by = 0;      ///< a signal that ends the program; the terminal is set right before it is raised
};

/// Takes the terminal's other screen and every key as it is typed, until it goes out of scope; also when a signal ends or stops the
/// program.
class Screen {
 public:
  /// Code::usage when there is no terminal to take.
  static Result<std::unique_ptr<Screen>> take();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int lines() const { return lines_; }

  /// Until a key, a signal, `wake` or the end of the time.
  Happened wait(int wake, int timeout_ms);
  /// Paints these lines over what is there; each must fit. Code::output when the terminal is gone.
  Status paint(const std::vector<std::string>& rows);
  /// Gives the terminal back now.
  void leave();

 private:
  Screen() = default;
  void enter();
  void measure();

  int columns_ = 80, lines_ = 24;
  bool inside_ = false;
};

}  // namespace facio::top
