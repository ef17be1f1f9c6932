// Text in terminal cells. printable() and cell_width() are declared in render.hpp.
#pragma once

#include <string>
#include <string_view>

namespace facio::output {

/// Appends `text` with control characters, direction marks and invalid bytes escaped.
void append_printable(std::string& out, std::string_view text);
/// The longest start of printable `text` that takes at most `cells` with a final "…"; all of it when it fits.
std::string shortened(std::string_view text, int cells);
/// Width of ASCII or printable UTF-8 text.
int width_of(std::string_view text);

}  // namespace facio::output
