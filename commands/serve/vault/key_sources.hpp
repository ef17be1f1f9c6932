// Where the key of the stored secrets comes from, when that was said twice.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

/// Whether the key in `text`, from the environment, is that of `file`, which `named_by` names. Code::usage when they differ, one is
/// malformed or the file is not there: what is sealed with the one would not open with the other.
Status check_same_key(const Secret& text, const std::string& file, const std::string& named_by);

}  // namespace facio::serve
