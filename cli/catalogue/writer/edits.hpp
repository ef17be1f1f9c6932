// What an `edit` command has from the endpoint that takes its changes.
#pragma once

#include <deque>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

/// Gives each `edit` command its argument, the name of the thing, and the form of its answer. The records then refer to `params`. Returns a
/// line for everything that is wrong.
std::vector<std::string> complete_edits(std::vector<Endpoint>& endpoints, std::deque<Param>& params);

}  // namespace facio
