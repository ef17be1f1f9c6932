// What other areas may ask of the agent itself.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio::agent {

/// Restarts the agent and waits until it answers again. Code::timeout when it does not within a minute.
Status restart_and_wait(Client& client);

}  // namespace facio::agent
