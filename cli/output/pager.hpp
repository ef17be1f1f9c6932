// Long text on a terminal: through the user's pager.
#pragma once

#include <string_view>

#include "cli/core/streams.hpp"

namespace facio {

/// Shows text by $FACIOCTL_PAGER, else $PAGER, else less; prints it where there is none, where the variable is set to nothing or to
/// "cat", and where `streams.out` is no terminal. A pager that is left early is no failure.
Status page(std::string_view text, Streams& streams, const Environment& environment);
/// The same for a text that is taller than the terminal; a shorter one is printed.
Status page_tall(std::string_view text, Streams& streams, const Environment& environment);

/// Lines of the terminal that standard output is; 0 when nobody knows.
int terminal_lines();

}  // namespace facio
