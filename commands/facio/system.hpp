// An agent as the contract describes it: the system that is meant when none is named.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio {

const Catalogue& facio_catalogue() noexcept;
extern const System kFacio;

}  // namespace facio
