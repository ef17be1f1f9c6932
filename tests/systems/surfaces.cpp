// In the place of commands/surfaces.cpp: one system more, on the main listener and on one of its own.
#include "commands/facio/surfaces.hpp"
#include "commands/services.hpp"
#include "tests/systems/third/server/surface.hpp"

namespace facio::serve {

std::vector<Surface> all_surfaces(Services& services, const Credentials& credentials) {
  static third::ThingsService things;
  auto all = agent_surfaces(all_routes(services), services.a2a_surface, services.options, credentials);
  all.push_back(third::surface(things, credentials.management, {}));
  all.push_back(third::surface(things, credentials.management, "third"));
  return all;
}

}  // namespace facio::serve
