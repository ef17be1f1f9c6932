// Text in terminal cells. cell_width() is declared in render.hpp.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/utf8.hpp"

namespace facio::output {

/// The longest start of printable `text` that takes at most `cells` with a final "…"; all of it when it fits.
std::string shortened(std::string_view text, int cells);
/// Width of ASCII or printable UTF-8 text.
int width_of(std::string_view text);

}  // namespace facio::output
