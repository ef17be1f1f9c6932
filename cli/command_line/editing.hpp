// A text in the user's own editor: the one place that says what came of it, and that loses nothing of what was typed.
#pragma once

#include <functional>

#include "cli/command_line/client.hpp"
#include "cli/command_line/private_directory.hpp"

namespace facio {

/// What a person left of a text.
struct Edited {
  enum class Outcome : std::uint8_t {
    unchanged,
    emptied,  ///< nothing but blanks is left of it, as of an editor that failed: never meant as a change
    changed,
    failed,  ///< the editor ended with another code than 0
  } outcome;
  std::string text;
  std::string editor;  ///< as the user names it
  int code = 0;        ///< the editor's
};

/// Opens the file `name` of the directory, which holds `before`, and waits for the editor's end. Code::usage when there is no such editor,
/// Code::output when the file cannot be read afterwards. When a signal ends us meanwhile, standard error says where the text is kept.
Result<Edited> edit_text(Client& client, const PrivateDirectory& directory, const std::string& name, std::string_view before);

/// A text to edit, and what becomes of it.
struct EditTask {
  std::string name;       ///< of the file that the editor gets
  std::string text;       ///< what it holds first
  std::string resume;     ///< the command that takes a kept file, whose name is appended
  std::string emptied;    ///< more to say when nothing is left of the text
  bool comments = false;  ///< lines with # are for people alone
  bool reopens = false;   ///< what is refused is opened again, below lines with #! that say why
  /// Sends the text. It is refused with Code::usage, or by the agent with Code::rejected.
  std::function<Result<int>(const std::string& text)> use;
};

/// How many lines stand above a text that is opened again.
inline constexpr std::size_t kReasonLines = 2;

/// Lets a person edit the text, and uses it. Unchanged or emptied it is not used. A text that was changed and not used is kept, and the
/// error says where. One that is refused again and left as it is ends the command with that failure.
Result<int> edit_and_use(Client& client, const EditTask& task);

}  // namespace facio
