// A conversation on a terminal.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio::chat {

/// Reads a message a line and shows the answers, until /quit or the end of input. Ctrl-C stops the run that is answered, a second one, or
/// one while nothing runs, ends the program.
Result<int> converse(Client& client);

}  // namespace facio::chat
