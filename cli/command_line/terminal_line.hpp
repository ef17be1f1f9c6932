// A line that a person types.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/core/streams.hpp"

namespace facio {

/// Shows `question` on standard error and reads one line from the terminal, byte by byte so that nothing behind it is lost. Nothing at the
/// end of input or without a terminal.
Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams);

/// Asks until the answer is the beginning of one of `words`, or its number, and returns its index. The last word is also the answer at the
/// end of input. `accessible`: the numbered words are shown instead of `question`.
Result<std::size_t> ask_choice(const std::string& question, std::span<const std::string_view> words, bool accessible, Streams& streams);

}  // namespace facio
