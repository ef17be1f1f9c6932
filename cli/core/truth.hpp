// Yes and no as people write them in the environment.
#pragma once

#include <optional>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// true, yes, on, y, t and 1, or false, no, off, n, f and 0, in any case of letters and with blanks around; nothing for other words.
std::optional<bool> truth_of(std::string_view word);
/// What a variable says; `otherwise` where it is unset or empty. Code::usage, which names it, for what is neither.
Result<bool> truth_in(const Environment& environment, Variable variable, bool otherwise);

}  // namespace facio
