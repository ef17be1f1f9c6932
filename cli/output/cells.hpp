// Text in terminal cells. printable() and cell_width() are declared in render.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace facio::output {

/// Characters that could steer a terminal, take no place, or show text in another order than it is stored.
bool is_dangerous(std::uint32_t code);
/// Appends `text` with control characters, direction marks and invalid bytes escaped.
void append_printable(std::string& out, std::string_view text);
/// The longest start of printable `text` that takes at most `cells` with a final "…"; all of it when it fits.
std::string shortened(std::string_view text, int cells);
/// Width of ASCII or printable UTF-8 text.
int width_of(std::string_view text);

}  // namespace facio::output
