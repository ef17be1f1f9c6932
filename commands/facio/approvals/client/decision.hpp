// Who decides.
#pragma once

#include <string>

#include "cli/command_line/client.hpp"

namespace facio::approvals {

/// The name of the user; empty when the environment does not tell.
std::string actor_of(Client& client);

}  // namespace facio::approvals
