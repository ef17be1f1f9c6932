// A secret typed at the terminal, unseen.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// Shows `prompt` on standard error and reads one line from the terminal without showing it, however long it is. The terminal is as
/// before when this returns, and also when a signal ends the program meanwhile. Code::usage when there is no terminal.
Result<std::string> read_hidden_line(const std::string& prompt, Streams& streams);

}  // namespace facio
