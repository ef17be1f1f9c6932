// Runs other people's programs where they can do little harm: in namespaces of their own, made by bubblewrap.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

struct SandboxCall {
  std::vector<std::string> program;                ///< and its arguments, with paths as they are inside
  std::map<std::string, Secret> environment = {};  ///< beside PATH, HOME and LANG, which it cannot replace
  std::chrono::milliseconds limit{60'000};
  std::size_t most_output = std::size_t{96} * 1024;
};

struct SandboxEnd {
  enum class Why : std::uint8_t {
    ended,      ///< by itself; `exit` is its code, or 128 and the signal
    timed_out,  ///< it was killed at the limit
    cancelled,  ///< it was killed because its Cancel said so
    flooded,    ///< it was killed because it wrote more than anybody can want
  };
  Why why = Why::ended;
  int exit = 0;
  std::string output;  ///< standard output and errors in one, beginning and end of it
};

/// What runs inside sees the system's programs and libraries (read only), an empty /tmp, and the workspace as /workspace, where it starts
/// and may write. It has no network, none of the host's processes, files or variables, no capabilities, and no standard input. Values of
/// the environment stand on no command line. Everything that it started is dead when run() returns, and dies with the server. Safe from any
/// thread.
class Sandbox {
 public:
  static constexpr std::string_view kWorkspace = "/workspace";

  /// Both absolute. `data`, the server's private directory, stays hidden even where it lies in the workspace.
  Sandbox(std::string workspace, std::string data) : workspace_(std::move(workspace)), data_(std::move(data)) {}

  /// Blocks. Code::unavailable says why there is no sandbox here, and what to do; nothing was run then.
  Result<SandboxEnd> run(const SandboxCall& call, const Cancel& cancel) const;

 private:
  std::string workspace_, data_;
};

}  // namespace facio::serve
