// Runs the git program: pipes, a deadline, an output limit, and an environment without any configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/process/run.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

struct GitCall {
  std::vector<std::string> arguments;    ///< without the program's name
  std::vector<std::string> settings;     ///< "name=value", besides those of every call
  std::vector<std::string> environment;  ///< "NAME=value", besides those of every call
  std::string input;                     ///< standard input, if there is no `source`
  InputSource source;
  std::size_t most_output = 64U << 20U;
  bool cut_output = false;  ///< truncate longer output and kill the program, instead of failing
  std::chrono::milliseconds deadline{120'000};
};

struct GitAnswer {
  int exit = 0;
  std::string out, err;
  bool cut = false;
};

/// All calls block. Safe from any thread. No child outlives the server: each leads a process group that is killed at the deadline and at
/// stop(), and dies with the thread that started it.
class GitProgram {
 public:
  /// Runs git to its end, whatever its exit code. Code::unavailable: there is no git, or the server stops; Code::timeout; Code::too_large:
  /// too much output.
  Result<GitAnswer> run(GitCall call) const;
  /// The same, but any exit code except 0 is Code::internal with the first line of git's errors.
  Result<std::string> output(GitCall call) const;
  /// The message of such an error.
  static std::string failure(std::string_view verb, const GitAnswer& answer);
  /// Kills running calls and refuses all later ones.
  void stop() { stop_.cancel("the server is stopping"); }
  [[nodiscard]] bool stopping() const { return stop_.cancelled(); }

 private:
  Cancel stop_;
};

}  // namespace facio::serve
