// The system whose words need no prefix here.
#pragma once

#include <string_view>

#include "cli/catalogue/system.hpp"
#include "cli/contexts/contexts.hpp"

namespace facio {

/// The system of the context that a command line means; nullptr for the default one, and when that cannot be told. The configuration is
/// only read when a word in it says that there is another kind of context. `config` is the value of --config.
const System* system_in_use(const TargetChoice& choice, std::string_view config, const Environment& environment);

}  // namespace facio
