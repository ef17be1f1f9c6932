// The endpoints of an agent: the default system.
#pragma once

#include "cli/catalogue/catalogue.hpp"

namespace facio {

const Catalogue& facio_catalogue() noexcept;

}  // namespace facio
