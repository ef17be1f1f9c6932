// The report of a reflection.
#pragma once

#include <string>
#include <vector>

#include "commands/facio/improvement/shapes.hpp"
#include "commands/facio/improvement/server/listener.hpp"

namespace facio::serve {

/// Markdown for a person who has to decide. A proposal that may hold a secret is not repeated.
std::string report_of(const ImprovementRun& run, const Heard& heard, const std::vector<std::string>& things);

}  // namespace facio::serve
