// The API's description for other programs.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::openapi {

inline constexpr Param kSystem =
    local_flag("system", types::string, "system whose API is meant; without it that of an agent", {.format = Format::system});

inline constexpr Endpoint kEndpoints[] = {
    local("openapi", "Print the OpenAPI 3.1 document of the agent's API").params(kSystem),
};

}  // namespace facio::openapi
