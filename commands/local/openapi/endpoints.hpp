// The API's description for other programs.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::openapi {

inline constexpr Endpoint kEndpoints[] = {
    local("openapi", "Print the OpenAPI 3.1 document of the agent's API"),
};

}  // namespace facio::openapi
