// What is typed at a terminal, key by key.
#pragma once

#include <string>

#include "cli/command_line/held_signals.hpp"

namespace facio {

enum class Key : std::uint8_t {
  text,  ///< what stands in KeyPress::text; pasted text with line feeds in it as well
  enter,
  newline,  ///< Alt-Enter
  left,
  right,
  up,
  down,
  home,
  end,
  word_left,
  word_right,
  erase_left,
  erase_right,
  cut_to_start,
  cut_to_end,
  cut_blank_word,
  cut_word_left,
  cut_word_right,
  put_back,
  redraw,
  end_of_input,  ///< Ctrl-D: erases to the right where there is something
  gone,          ///< the terminal
  signal,        ///< KeyPress::signal came
  none,          ///< a key that means nothing
};

struct KeyPress {
  Key key = Key::none;
  std::string text = {};
  int signal = 0;
};

/// Reads a terminal that gives every byte as it comes. Bytes that were typed ahead stay here for the next call.
class KeyReader {
 public:
  /// `most`: of a paste, in bytes; the rest is dropped.
  KeyReader(int fd, std::size_t most) : fd_(fd), most_(most) {}

  KeyPress next(const HeldSignals& signals);
  /// Whether another key is there without waiting.
  [[nodiscard]] bool more() const;

 private:
  /// The next byte; without one, `why` says what came instead.
  bool byte(const HeldSignals& signals, char& to, int timeout_ms, KeyPress& why);
  KeyPress escape(const HeldSignals& signals);
  KeyPress sequence(const HeldSignals& signals);
  KeyPress paste(const HeldSignals& signals);
  KeyPress character(const HeldSignals& signals, char first);

  int fd_;
  std::size_t most_;
  std::string waiting_;
  std::size_t at_ = 0;
};

}  // namespace facio
