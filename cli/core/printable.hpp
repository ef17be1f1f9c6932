// Text from outside made safe for a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace facio {

/// Characters that could steer a terminal, take no place, or show text in another order than it is stored.
bool is_dangerous(std::uint32_t code);
/// Appends `text` with control characters, direction marks and invalid bytes escaped.
void append_printable(std::string& out, std::string_view text);
/// The same as a text: control characters, direction marks and invalid bytes are shown as \n, \xNN, \uNNNN.
std::string printable(std::string_view text);

}  // namespace facio
