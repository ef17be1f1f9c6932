// Runs the plain git program: pipes, a deadline, a limit of output, an environment in which nobody's configuration counts.
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
  std::vector<std::string> settings;     ///< "name=value", beyond what every call has
  std::vector<std::string> environment;  ///< "NAME=value", beyond what every call has
  std::string input;                     ///< standard input, when there is no `source`
  InputSource source;
  std::size_t most_output = 64U << 20U;
  bool cut_output = false;  ///< more output than that: keep the beginning and end the program; otherwise it is a failure
  std::chrono::milliseconds deadline{120'000};
};

struct GitAnswer {
  int exit = 0;
  std::string out, err;
  bool cut = false;
};

/// All calls block. Safe from any thread. No child outlives the server: each is the leader of a group that is killed at the deadline and
/// at stop(), and dies with the thread that started it.
class GitProgram {
 public:
  /// Runs git to its end, whatever its exit code. Code::unavailable when there is no git or the server stops, Code::timeout at the
  /// deadline, Code::too_large for too much output.
  Result<GitAnswer> run(GitCall call) const;
  /// The same where any exit code but 0 is a failure: Code::internal with git's own first words.
  Result<std::string> output(GitCall call) const;
  /// What such a failure is told as.
  static std::string failure(std::string_view verb, const GitAnswer& answer);
  /// Ends what runs, and refuses everything from now on.
  void stop() { stop_.cancel("the server is stopping"); }
  [[nodiscard]] bool stopping() const { return stop_.cancelled(); }

 private:
  Cancel stop_;
};

}  // namespace facio::serve
