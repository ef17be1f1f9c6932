// The API's description for other programs.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio::openapi {

inline constexpr Example kExamples[] = {{"openapi > facio.json", "keep the document in a file"}};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "openapi", .method = Method::none, .summary = "Print the OpenAPI 3.1 document of the agent's API", .form = ReplyForm::none, .surface = Surface::local, .examples = kExamples},
};

}  // namespace facio::openapi
