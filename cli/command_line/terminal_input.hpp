// What a person types at the terminal, whatever standard input is.
#pragma once

#include <optional>
#include <string>

#include "cli/core/streams.hpp"

namespace facio {

/// Shows `question` on standard error and reads one line, byte by byte so that nothing after it is lost. Nothing at the end of input or
/// without a terminal.
Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams);

/// Shows `prompt` on standard error and reads one line of any length without showing it. The terminal is restored when this returns, and
/// also when a signal ends the program in the meantime. Code::usage without a terminal.
Result<std::string> read_hidden_line(const std::string& prompt, Streams& streams);

}  // namespace facio
