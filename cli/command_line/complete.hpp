// What a shell may put at the cursor. Static: words, flags and their allowed values; nothing is asked over the network.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace facio {

/// `words`: the arguments typed so far; the last one is being completed and may be empty. One candidate a line, a tab and its meaning
/// behind it. The single line ":files" asks the shell for file names.
std::string complete(std::span<const std::string_view> words);

}  // namespace facio
