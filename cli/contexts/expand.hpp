// Paths in the configuration: ${NAME}, ~ and relative to the file they stand in.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// $HOME, else the home directory of the user database.
std::string home_directory(const Environment& environment);

/// Replaces ${NAME} by the variable (XDG_RUNTIME_DIR falls back to /run/user/UID or /tmp) and a leading ~/; what is then relative is
/// meant from the directory of `file`. Code::usage for a variable that is not set.
Result<std::string> expand_path(std::string_view path, std::string_view file, const Environment& environment);

/// $XDG_RUNTIME_DIR, else /run/user/UID when that exists, else a directory in /tmp that carries the user's number.
std::string runtime_directory(const Environment& environment);

}  // namespace facio
