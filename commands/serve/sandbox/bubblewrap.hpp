// The arguments that make bubblewrap build a sandbox.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/sandbox/sandbox.hpp"

namespace facio::serve {

/// Everything but the program: namespaces, mounts, environment. `users` and `groups` are the numbers of descriptors from which /etc/passwd
/// and /etc/group come. Holds secrets: for the descriptor of --args only.
std::vector<std::string> bubblewrap_arguments(const std::string& workspace, const std::string& data, const SandboxCall& call, int users,
                                              int groups);

/// What /etc/passwd and /etc/group hold inside: the one user that there is.
std::string sandbox_users();
std::string sandbox_groups();

}  // namespace facio::serve
