// GET /api/v1/openapi.json: the server describes itself.
#pragma once

#include <span>

#include "commands/serve/http/call.hpp"

namespace facio::serve {

/// Routes of the server itself, besides those of the areas.
std::span<const Route> own_routes();

}  // namespace facio::serve
