// The arguments that make bubblewrap build a sandbox.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/sandbox/sandbox.hpp"

namespace facio::serve {

/// Numbers of descriptors that bubblewrap finds open.
struct SandboxDescriptors {
  int users, groups;  ///< what /etc/passwd and /etc/group hold
  int about;          ///< where it writes which process is the first of the sandbox, in JSON
};

/// Everything but the program: namespaces, mounts, environment. Holds secrets: for the descriptor of --args only.
std::vector<std::string> bubblewrap_arguments(const std::string& workspace, const std::string& data, const SandboxCall& call,
                                              const SandboxDescriptors& open);

/// What /etc/passwd and /etc/group hold inside: the one user that there is.
std::string sandbox_users();
std::string sandbox_groups();

}  // namespace facio::serve
