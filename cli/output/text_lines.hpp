// Text of several lines from outside, as it is printed.
#pragma once

#include <string>
#include <string_view>

namespace facio {

/// Text so that nothing in it can steer a terminal: printable() but for line feeds and tabs.
std::string terminal_text(std::string_view text);
/// `text` with a line feed at its end; as terminal_text() for a terminal.
std::string text_lines(std::string_view text, bool terminal);

}  // namespace facio
