// The API's description for other programs.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio::openapi {

inline constexpr Param kParams[] = {local_flag("system", types::string, "system whose API is meant; without it that of an agent", {.format = Format::system})};
inline constexpr Example kExamples[] = {{"openapi > facio.json", "keep the document in a file"},
                                        {"openapi --system placet", "the part of another system's API that facioctl speaks"}};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "openapi", .method = Method::none, .summary = "Print the OpenAPI 3.1 document of the agent's API", .params = kParams, .form = ReplyForm::none, .surface = Surface::local, .examples = kExamples},
};

}  // namespace facio::openapi
