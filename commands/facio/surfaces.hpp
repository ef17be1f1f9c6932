// The surfaces of the agent's own interface.
#pragma once

#include <vector>

#include "commands/serve/credentials.hpp"
#include "commands/serve/http/surface.hpp"

namespace facio {

/// health, openai, management, card and a2a. `routes`: of all areas; `a2a` answers other agents. Management is mounted only with its token,
/// a2a with either token.
std::vector<serve::Surface> agent_surfaces(const std::vector<serve::Route>& routes, serve::MountedHandler& a2a,
                                           const serve::ServeOptions& options, const serve::Credentials& credentials);

}  // namespace facio
