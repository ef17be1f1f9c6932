// A line that a person types.
#pragma once

#include <optional>
#include <string>

#include "cli/core/streams.hpp"

namespace facio {

/// Shows `question` on standard error and reads one line from the terminal, byte by byte so that nothing behind it is lost. Nothing at the
/// end of input or without a terminal.
Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams);

}  // namespace facio
