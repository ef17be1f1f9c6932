// The server half of every endpoint, area by area.
#pragma once

#include <vector>

#include "commands/serve/http/route.hpp"

namespace facio::serve {

struct Services;

/// Routes of all areas that have a server half. An endpoint without one answers 503 `unavailable`.
std::vector<Route> all_routes(Services& services);

}  // namespace facio::serve
