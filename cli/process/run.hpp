// Running another program to its end.
#pragma once

#include <chrono>
#include <functional>

#include "cli/core/streams.hpp"
#include "cli/core/unique_function.hpp"
#include "cli/process/process.hpp"

namespace facio {

/// Returns the next piece of a program's standard input; an empty one is the end.
using InputSource = UniqueFunction<Result<std::string>()>;
InputSource input_of(std::string text);

struct RunLimits {
  std::size_t most_output = 64 * 1024;
  std::size_t most_errors = 64 * 1024;  ///< the rest is dropped
  std::chrono::milliseconds time{5000};
  bool end_suffices = false;  ///< an answer counts at the program's end, even if what it has left behind holds its output open
  int cancel = -1;            ///< a descriptor that becomes readable when the program is to be killed
};

struct RunEnd {
  enum class Why : std::uint8_t { ended, late, too_much, cancelled };  ///< if not `ended` it was killed, with its group
  Why why = Why::ended;
  int code = 0;  ///< exit code; 128 + number for a signal
  std::string out, errors;
};

/// Feeds a program and reads its pipes until it has ended and its output is closed. If `input` fails, so does this, and the program is
/// killed.
Result<RunEnd> run_to_end(Process process, const RunLimits& limits, InputSource input = {});

/// A program that is asked for one short answer on its standard output: a token helper, the keyring's tool, a plugin.
struct ProgramQuestion {
  std::vector<std::string> command;           ///< run without a shell
  std::string input = {};                     ///< its standard input; empty: /dev/null
  std::vector<std::string> environment = {};  ///< "NAME=value", in addition to our own
  bool keep_errors = false;                   ///< standard error is collected instead of passed through
  std::chrono::seconds limit{5};
};

/// Waits for the answer and the program's end. At the limit, and when a signal is about to end us, it is killed with its process group.
/// Code::unavailable when it cannot be started.
Result<RunEnd> ask_program(const ProgramQuestion& question);

/// Runs a program in our place at the terminal, e.g. an editor, and returns its exit code (128 + signal). Its standard output goes to
/// `captured` if given. Code::failed when it cannot be started.
Result<int> run_program(const std::vector<std::string>& command, std::string* captured = nullptr);

/// The user's editor: $VISUAL, else $EDITOR, else vi. A line of shell, as for git, so that it may have arguments.
std::string editor_of(const Environment& environment);
/// Opens a file in the editor and waits, like run_program(). A signal that is about to end us (SIGTERM, SIGHUP) is passed on to the editor;
/// when that has ended, or soon after, `stopped` is called before the signal takes effect.
Result<int> run_editor(const std::string& editor, const std::string& path, const std::function<void()>& stopped);

}  // namespace facio
