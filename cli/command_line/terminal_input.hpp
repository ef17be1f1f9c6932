// What a person types at the terminal, whatever standard input is.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "cli/core/streams.hpp"

namespace facio {

/// Shows `question` on standard error and reads one line, byte by byte so that nothing after it is lost. Nothing at the end of input or
/// without a terminal.
Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams);

/// Asks until the answer is the beginning of one of `words`, or its number, and returns its index. The last word is also the answer at the
/// end of input. `accessible`: the numbered words are shown instead of `question`.
Result<std::size_t> ask_choice(const std::string& question, std::span<const std::string_view> words, bool accessible, Streams& streams);

/// Shows `prompt` on standard error and reads one line of any length without showing it; Ctrl-W and Ctrl-U erase. Other control characters
/// are refused in words, and the prompt comes again. The terminal is restored when this returns, and
/// also when a signal ends the program in the meantime. Code::usage without a terminal.
Result<std::string> read_hidden_line(const std::string& prompt, Streams& streams);

}  // namespace facio
