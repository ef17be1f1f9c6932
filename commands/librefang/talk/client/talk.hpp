// A conversation over the daemon's WebSocket.
#pragma once

#include "cli/command_line/client.hpp"
#include "cli/http/web_socket.hpp"

namespace facio::librefang::talk {

/// Reads messages and shows the answers, until /quit or the end of input.
Result<int> converse(Client& client);

}  // namespace facio::librefang::talk
