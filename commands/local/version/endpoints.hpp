// Version of the program.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/local/version/shapes.hpp"

namespace facio::version {

inline constexpr Example kExamples[] = {{"version", "version, compiler and libraries"}, {"version -o json", "the same for a program"}};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "version", .method = Method::none, .summary = "Print the version", .form = ReplyForm::object, .reply = &shape_of<VersionInfo>, .key = "version", .surface = Surface::local, .examples = kExamples},
};

}  // namespace facio::version
