// A line as bash has it: its words without quotes, and a candidate written so that bash puts it in the right place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace facio {

struct ShellLine {
  std::vector<std::string> words;  ///< without the program; the last one is at the cursor and may be empty
  char quote = 0;                  ///< the quotation mark that is still open at the cursor
  std::size_t kept = 0;            ///< bytes of the last word that stay as they are: bash replaces only what is behind them
};

/// Splits the line up to the cursor. `breaks` are the characters of COMP_WORDBREAKS.
ShellLine split_shell_line(std::string_view line, std::string_view breaks);

/// What bash has to insert for `word`: the part behind what is kept, quoted as the place needs it.
std::string bash_word(const ShellLine& line, std::string_view word);

}  // namespace facio
