// A text in the user's own editor: the one place that says what came of it.
#pragma once

#include "cli/command_line/private_directory.hpp"
#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

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

/// Opens the file `name` of the directory, which holds `before`, and waits for the editor's end. Code::failed when it cannot be started,
/// Code::output when the file cannot be read afterwards.
Result<Edited> edit_text(const PrivateDirectory& directory, const std::string& name, std::string_view before,
                         const Environment& environment);

}  // namespace facio
