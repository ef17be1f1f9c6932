// Help laid out in lines: words are never broken, and what goes on in a further line is indented to where it began.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/help.hpp"

namespace facio {

/// Paragraphs, one a line of `text`, in lines of at most `width` cells. A longer word stays whole; further lines of a paragraph begin with
/// `indent` blanks.
std::string wrapped_help(std::string_view text, int width, int indent = 0);
/// Two columns: the right one starts behind the longest left text of at most 30 cells; longer ones have a line of their own.
std::string help_table(const std::vector<HelpRow>& rows, int width);
/// "  facioctl COMMAND": where that is longer than `width`, on lines joined by a backslash, broken at blanks outside of quotes.
std::string typed_lines(std::string_view command, int width);

}  // namespace facio
