// An MCP server that is a program and speaks on its standard streams.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

struct McpProgramLine {
  std::string command;  ///< a name to look up in PATH, or a path, which may be relative to `directory`
  std::vector<std::string> arguments = {};
  std::vector<Secret> environment = {};  ///< "NAME=VALUE"; the program gets no others
  std::string directory = "/";
};

/// The program and everything it started, behind a keeper: a process of ours that kills all of them once the program or this process has
/// ended, for whatever reason. (The kernel's own parent-death signal would reach only the program itself, not its children, which may have
/// sessions of their own, as browsers do.)
class McpProgram {
 public:
  McpProgram() = default;
  McpProgram(const McpProgram&) = delete;
  McpProgram& operator=(const McpProgram&) = delete;
  ~McpProgram();

  /// Code::unavailable says why it cannot be started.
  Status start(const McpProgramLine& line);
  /// Sends the group SIGTERM or SIGKILL.
  void terminate() { command_keeper('T'); }
  void kill() { command_keeper('K'); }
  /// Readable when the program and its group have ended.
  [[nodiscard]] int ended_fd() const { return status_.get(); }
  /// Blocks until the end: "ended with exit code 1", "was ended by signal 9 (Killed)".
  std::string outcome();

  Descriptor in, out, err;  ///< our ends, non-blocking

 private:
  void command_keeper(char command);

  pid_t keeper_ = -1;
  Descriptor control_, status_;
  std::string outcome_;
};

/// The path of a program line's command; empty when there is no such program.
std::string find_command(const std::string& command, const std::string& directory);

}  // namespace facio::serve
