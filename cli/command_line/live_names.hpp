// Names that an agent knows, for completion: from a cache, or asked for within a small time. Never a word about what went wrong.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/complete.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// The names that `wanted` asks for and that begin as it says. `words` are those of the command line: the context, address and token file
/// named there count. Nobody is asked for anything, and no program is run for a token.
std::vector<Candidate> live_names(const Completion& wanted, std::span<const std::string_view> words, const Environment& environment);

/// What `facioctl __complete` prints. `arguments`: the words typed so far; or ":bash", the line up to the cursor and COMP_WORDBREAKS.
/// One candidate a line, a tab and its meaning behind it; for bash without meaning and quoted, with the line ":nospace" before them when
/// nothing may follow the only one. The line ":files" asks the shell for file names.
std::string answer_completion(std::span<const std::string_view> arguments, const Environment& environment);

}  // namespace facio
