// What a shell may put at the cursor: words, flags and allowed values by the catalogue, and names that an agent knows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/name_source.hpp"
#include "cli/core/streams.hpp"

namespace facio {

struct Candidate {
  std::string word;
  std::string meaning;
};

struct Completion {
  std::vector<Candidate> found;
  bool files = false;       ///< files of this machine are candidates as well
  bool commands = false;    ///< the first word is completed: programs named facioctl-NAME are commands, too
  NameSource source;        ///< whose names are candidates as well
  std::string name_prefix;  ///< precedes each of these names in the word, as "--session="
  std::string name_suffix;  ///< follows each of them
  std::string begun;        ///< what the names must begin with
};

/// The candidates that the catalogue tells. `words`: the arguments typed so far; the last one is being completed and may be empty.
Completion complete(std::span<const std::string_view> words, const Environment& environment);

/// What `facioctl __complete` prints. `arguments`: the words typed so far; or ":bash", the line up to the cursor, COMP_WORDBREAKS,
/// COMP_TYPE and COLUMNS. A candidate a line, with a tab and its meaning; for bash quoted, with the meaning in brackets only where
/// COMP_TYPE says that they are listed, after the line ":nospace" when nothing may follow the only one. The line ":files" asks the shell
/// for file names. Names that an agent knows come from a cache, or are asked for within 150 ms; failures are never mentioned, nobody is
/// asked for anything, and no program is run for a token.
std::string answer_completion(std::span<const std::string_view> arguments, const Environment& environment);

/// A command line as bash has it.
struct ShellLine {
  std::vector<std::string> words;  ///< without the program; the last one is at the cursor and may be empty
  char quote = 0;                  ///< the quotation mark that is still open at the cursor
  std::size_t kept = 0;            ///< bytes of the last word that bash keeps: it replaces only what follows them
};

/// Splits the line up to the cursor. `breaks` are the characters of COMP_WORDBREAKS.
ShellLine split_shell_line(std::string_view line, std::string_view breaks);

/// What bash has to insert for `word`: the part after what is kept, quoted as the place requires.
std::string bash_word(const ShellLine& line, std::string_view word);

}  // namespace facio
