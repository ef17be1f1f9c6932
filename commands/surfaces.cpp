#include "commands/facio/surfaces.hpp"

#include "commands/services.hpp"

namespace facio::serve {

// A row for each system: the agent's own interface, then those of others.
std::vector<Surface> all_surfaces(Services& services, const Credentials& credentials) {
  return agent_surfaces(all_routes(services), services.a2a_surface, services.options, credentials);
}

}  // namespace facio::serve
