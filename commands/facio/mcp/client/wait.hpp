// Waiting for what comes of a connection.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio::mcp {

/// Sends a request whose reply is a server. With --wait-for it then asks until the server is connected; Code::timeout with its error when
/// that does not happen in time. Prints the server as it is at the end.
Result<int> send_and_wait(Client& client, const Request& request);

}  // namespace facio::mcp
