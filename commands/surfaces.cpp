#include "commands/surfaces.hpp"

#include "commands/facio/surfaces.hpp"
#include "commands/routes.hpp"
#include "commands/services.hpp"

namespace facio::serve {

// A row for each system: the agent's own interface, then those of others.
std::vector<Surface> all_surfaces(Services& services, const Credentials& credentials) {
  return agent_surfaces(all_routes(services), services.a2a_surface,
                        {.management = credentials.management,
                         .a2a = credentials.a2a,
                         .has_management = services.options.management,
                         .has_a2a = services.options.a2a});
}

}  // namespace facio::serve
