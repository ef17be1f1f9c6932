// Runs untrusted programs in namespaces of their own, made by bubblewrap.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/files/hidden_places.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

struct SandboxCall {
  std::vector<std::string> program;                ///< and its arguments, with paths as seen inside
  std::map<std::string, Secret> environment = {};  ///< besides PATH, HOME and LANG, which it cannot override
  std::chrono::milliseconds limit{60'000};
  std::size_t most_output = std::size_t{96} * 1024;
};

struct SandboxEnd {
  enum class Why : std::uint8_t {
    ended,      ///< by itself; `exit` is its code, or 128 and the signal
    timed_out,  ///< it was killed at the limit
    cancelled,  ///< it was killed because it was cancelled
    flooded,    ///< it was killed because it wrote far too much
  };
  Why why = Why::ended;
  int exit = 0;
  std::string output;  ///< standard output and errors; the beginning and the end of long ones
};

/// A program inside sees the system's programs and libraries (read only), an empty /tmp, and the workspace as /workspace, where it starts
/// and may write, but for the operator's files, which it can only read, and what is hidden. Nothing it makes is setuid, setgid or a device.
/// It has no network, none of the host's processes, files or variables, no capabilities, and no standard input. No command line shows
/// values of the environment. All its processes are dead when run() returns, and die with the server. Safe from any thread.
class Sandbox {
 public:
  static constexpr std::string_view kWorkspace = "/workspace";

  /// `workspace` is absolute.
  Sandbox(std::string workspace, HiddenPlaces hidden) : workspace_(std::move(workspace)), hidden_(std::move(hidden)) {}

  /// Blocks. Code::unavailable: nothing was run, since no sandbox can be built here; says why and what to do.
  Result<SandboxEnd> run(const SandboxCall& call, const Cancel& cancel) const;

 private:
  class Placeholders;

  std::string workspace_;
  HiddenPlaces hidden_;
  mutable std::mutex mutex_;
  mutable int running_ = 0;                  ///< sandboxes now
  mutable std::vector<std::string> made_{};  ///< placeholders of operator's files for them
};

}  // namespace facio::serve
