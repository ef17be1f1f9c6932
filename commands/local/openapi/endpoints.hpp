// The API's description for other programs.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::openapi {

inline constexpr Example kExamples[] = {{"openapi > facio.json", "keep the document in a file"}};

inline constexpr Endpoint kEndpoints[] = {
    local("openapi", "Print the OpenAPI 3.1 document of the agent's API").examples(kExamples),
};

}  // namespace facio::openapi
