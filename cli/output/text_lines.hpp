// Text of several lines from outside, as it is printed.
#pragma once

#include <string>
#include <string_view>

namespace facio {

/// `text` with a line feed at its end; for a terminal each line is printable(), so that nothing in it can steer that.
std::string text_lines(std::string_view text, bool terminal);

}  // namespace facio
