// Typing at a terminal as in a shell: arrows, history, pasted text, lines longer than the terminal.
#pragma once

#include <optional>

#include "cli/command_line/edit_buffer.hpp"
#include "cli/command_line/edit_rows.hpp"
#include "cli/command_line/key_reader.hpp"
#include "cli/command_line/message_history.hpp"
#include "cli/core/files.hpp"

namespace facio {

/// Keys: arrows, Home, End, Delete, Ctrl-A E B F K U W Y D L, Alt-B F D; up and down for earlier messages; Alt-Enter, and a backslash
/// before Enter, go on in a new line; pasted lines stay together. Ctrl-C drops what was typed; twice without anything typed it ends the
/// program.
class LineEditor {
 public:
  /// Whether the terminal can be drawn on, which TERM=dumb cannot. `accessible`: a screen reader would read every drawing aloud.
  static bool is_possible(const Environment& environment, bool accessible);

  /// `err` must be the terminal. `leave` is told after Ctrl-C without anything typed: how to leave.
  LineEditor(Output& err, MessageHistory& history, Prompts prompts, std::string leave, std::size_t longest);

  /// What was typed, up to Enter. Nothing at Ctrl-D, or when the terminal is gone. Comes back after a stop with the same text; a signal
  /// that ends the program ends it after the terminal is right again.
  Result<std::optional<std::string>> read();

 private:
  enum class Outcome : std::uint8_t { more, line, end, leave_terminal };

  Outcome take_keys();
  Outcome handle(const KeyPress& press);
  Outcome handle_signal(int signal);
  Outcome enter();
  void edit(Key key);
  void go_in_history(bool back);
  void insert(const std::string& text);
  void draw();
  void finish(std::string_view mark);

  Output& err_;
  MessageHistory& history_;
  const Prompts prompts_;
  const std::string leave_;
  const std::size_t longest_;
  Descriptor terminal_;
  KeyReader keys_;
  EditBuffer buffer_;
  std::string unsent_;        ///< what was typed before going up in the history
  std::size_t shown_ = 0;     ///< which message of the history; its size: none
  EditRows rows_;             ///< as they were drawn last
  std::size_t row_ = 0;       ///< of the cursor, as it was drawn
  int columns_ = 80;          ///< when it was drawn
  int raised_ = 0;            ///< a signal to be raised once the terminal is right
  bool interrupted_ = false;  ///< the last key was Ctrl-C, without anything typed
};

}  // namespace facio
