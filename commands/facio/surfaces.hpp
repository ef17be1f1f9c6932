// The surfaces of the agent's own interface.
#pragma once

#include <vector>

#include "cli/core/secret.hpp"
#include "commands/serve/http/surface.hpp"

namespace facio {

/// Which of them are mounted, and for whom.
struct SurfaceAccess {
  Secret management, a2a;  ///< tokens; without that of management its surface is not mounted
  bool has_management = true;
  bool has_a2a = false;
};

/// health, openai, management, card and a2a. `routes`: of all areas; `a2a` answers other agents.
std::vector<serve::Surface> agent_surfaces(const std::vector<serve::Route>& routes, serve::MountedHandler& a2a,
                                           const SurfaceAccess& access);

}  // namespace facio
