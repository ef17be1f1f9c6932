// Programs that a command of ours runs for its user.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/core/streams.hpp"
#include "cli/process/run.hpp"

namespace facio {

/// What a program is asked for: one short answer on its standard output. A token helper, the keyring's tool, a plugin.
struct ProgramQuestion {
  std::vector<std::string> command;           ///< run without a shell
  std::string input = {};                     ///< its standard input; empty: /dev/null
  std::vector<std::string> environment = {};  ///< "NAME=value", beyond our own
  bool keep_errors = false;                   ///< standard error is taken instead of passed through
  std::chrono::seconds limit{5};
};

/// Waits for the answer and the program's end. At the limit, and when a signal is to end us, it is killed with all that it has started
/// and that has not left its group. Code::unavailable when it cannot be started.
Result<RunEnd> ask_program(const ProgramQuestion& question);

/// Runs a program in our place at the terminal, as an editor, and gives its exit code (128 + signal). With `captured` its standard output
/// goes there. Code::failed when it cannot be started.
Result<int> run_program(const std::vector<std::string>& command, std::string* captured = nullptr);

/// The user's editor: $VISUAL, else $EDITOR, else vi. A line of shell, as for git, so that it may have arguments.
std::string editor_of(const Environment& environment);
/// Opens a file in it and waits for its end, as run_program().
Result<int> run_editor(const std::string& editor, const std::string& path);

}  // namespace facio
