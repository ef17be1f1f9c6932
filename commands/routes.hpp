// The server half of every endpoint, area by area.
#pragma once

#include <vector>

#include "commands/serve/http/call.hpp"

namespace facio::serve {

/// Routes of all areas that have a server half. An endpoint without one answers 503 `unavailable`.
std::vector<Route> all_routes();

}  // namespace facio::serve
