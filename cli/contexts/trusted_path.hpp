// Whether other users of this machine could exchange a file that decides what we run.
#pragma once

#include <string>

#include "cli/core/result.hpp"

namespace facio {

/// Fails unless this user and root alone can change the file, the directories above it, and the links on the way; a directory with the
/// sticky bit may be open to all. `what` names the file's purpose in the message, as "the configuration". A missing file passes.
/// Code::usage with the path and the command that mends it.
Status check_trusted(const std::string& path, const std::string& what);

}  // namespace facio
