// The rules that every system's declarations keep. The build ends when one is broken.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/catalogue/catalogue.hpp"

namespace facio {

/// A line for everything that is wrong: "cron.list: summary 'List.' …; what to do". Empty when all is well. Takes time as the table is
/// long, not as its square.
std::vector<std::string> find_faults(std::span<const Endpoint> endpoints, std::span<const Area> areas);

}  // namespace facio
