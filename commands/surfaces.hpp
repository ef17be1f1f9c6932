// All surfaces that the server may show, system by system.
#pragma once

#include <vector>

#include "commands/serve/credentials.hpp"
#include "commands/serve/http/surface.hpp"

namespace facio::serve {

struct Services;

std::vector<Surface> all_surfaces(Services& services, const Credentials& credentials);

}  // namespace facio::serve
