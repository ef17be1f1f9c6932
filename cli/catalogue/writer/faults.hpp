// The rules for every system's declarations. The build fails when one is broken.
#pragma once

#include "cli/catalogue/catalogue.hpp"

namespace facio {

/// A line for everything that is wrong: "cron.list: summary 'List.' …; what to do". Takes linear time in the number of endpoints.
std::vector<std::string> find_faults(std::span<const Endpoint> endpoints, std::span<const Area> areas);

}  // namespace facio
