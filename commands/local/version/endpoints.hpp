// Version of the program.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/version/shapes.hpp"

namespace facio::version {

inline constexpr Example kExamples[] = {{"version", "version, compiler and libraries"}, {"version -o json", "the same for a program"}};

inline constexpr Endpoint kEndpoints[] = {
    local("version", "Print the version").reply<VersionInfo>("version").examples(kExamples),
};

}  // namespace facio::version
