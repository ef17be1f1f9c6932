// Files that are written as a whole, at their place in the user's directories.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "cli/core/result.hpp"

namespace facio {

/// Makes the directories above `path` that are missing. Code::output.
Status make_directories_above(const std::string& path, mode_t mode = 0700);

/// Whether a file is in its place also after the machine has lost power; what is kept for convenience need not be.
enum class Durable : bool { no, yes };

/// Puts a file in its place, whole or not at all. Code::output.
Status replace_file(const std::string& path, std::string_view bytes, mode_t mode = 0600, Durable durable = Durable::yes);

}  // namespace facio
