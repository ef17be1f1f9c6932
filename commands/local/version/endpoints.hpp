// Version of the program.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/version/shapes.hpp"

namespace facio::version {

inline constexpr Endpoint kEndpoints[] = {
    local("version", "Print the version").reply<VersionInfo>("version"),
};

}  // namespace facio::version
