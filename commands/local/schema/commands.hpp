// The command line as data, for programs that drive it.
#pragma once

#include <string>

#include "cli/catalogue/endpoint.hpp"

namespace facio::schema {

/// Every command with its words, arguments, flags, output and exit codes, as JSON; one of them when `only` is not null. Its member
/// `version` grows when something is taken away or changes its meaning, never when something is added.
std::string commands_json(const Endpoint* only);

}  // namespace facio::schema
