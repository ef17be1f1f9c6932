// The arguments that make bubblewrap build a sandbox.
#pragma once

#include <string>
#include <vector>

#include "commands/serve/sandbox/sandbox.hpp"

namespace facio::serve {

/// Descriptors that bubblewrap inherits.
struct SandboxDescriptors {
  int users, groups;  ///< contents of /etc/passwd and /etc/group
  int about;          ///< for information about the sandbox's first process, in JSON
  int filter;         ///< the filter of system calls; -1: none
};

/// Everything but the program: namespaces, mounts, environment. Holds secrets: for the descriptor of --args only.
std::vector<std::string> bubblewrap_arguments(const std::string& workspace, const HiddenPlaces& hidden, const SandboxCall& call,
                                              const SandboxDescriptors& open);

/// The contents of /etc/passwd and /etc/group inside, with a single user.
std::string sandbox_users();
std::string sandbox_groups();

}  // namespace facio::serve
