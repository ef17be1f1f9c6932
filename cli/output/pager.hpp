// Long text on a terminal: through the user's pager.
#pragma once

#include <string_view>

#include "cli/core/streams.hpp"

namespace facio {

/// Shows text by $FACIOCTL_PAGER, else $PAGER, else less; prints it where there is no such program, where the variable is empty or "cat",
/// and where `streams.out` is not a terminal. Quitting the pager early is not a failure.
Status page(std::string_view text, Streams& streams, const Environment& environment);
/// The same for text taller than the terminal; shorter text is printed.
Status page_tall(std::string_view text, Streams& streams, const Environment& environment);

/// Height of the terminal that standard output is; 0 when unknown.
int terminal_lines();

}  // namespace facio
