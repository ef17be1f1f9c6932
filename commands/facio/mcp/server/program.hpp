// A program that speaks MCP on its standard streams.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "cli/core/descriptor.hpp"
#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

/// What to start.
struct McpProgramLine {
  std::string command;  ///< a name to be looked for in PATH, or a path, relative ones to `directory`
  std::vector<std::string> arguments = {};
  std::vector<Secret> environment = {};  ///< "NAME=VALUE", all that the program gets
  std::string directory = "/";
};

/// The program and everything it started, behind a keeper: a process of ours that ends all of them as soon as the program or this process
/// is gone, however that came about. (A second process, because the kernel's own signal at a parent's death reaches only the program itself
/// and not what that has started, perhaps in a session of its own, as browsers are.)
class McpProgram {
 public:
  McpProgram() = default;
  McpProgram(const McpProgram&) = delete;
  McpProgram& operator=(const McpProgram&) = delete;
  ~McpProgram();

  /// Code::unavailable says why it cannot be started.
  Status start(const McpProgramLine& line);
  /// SIGTERM to the group.
  void terminate();
  /// SIGKILL to the group.
  void kill();
  /// Can be read when the program has ended, and its group with it.
  [[nodiscard]] int ended_fd() const { return status_.get(); }
  /// Waits for the end: "ended with exit code 1", "was ended by signal 9 (Killed)". Blocks until then.
  std::string outcome();

  Descriptor in, out, err;  ///< our ends; not blocking

 private:
  void say(char what);

  pid_t keeper_ = -1;
  Descriptor control_, status_;
  std::string outcome_;
};

/// The absolute path of a command as a program line has it; empty when there is no such program.
std::string find_command(const std::string& command, const std::string& directory);

}  // namespace facio::serve
