// A Facio agent, the default system.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio {

const Catalogue& facio_catalogue() noexcept;
extern const System kFacio;

}  // namespace facio
