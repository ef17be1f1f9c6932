// The endpoints of Placet itself.
#pragma once

#include "cli/catalogue/catalogue.hpp"

namespace facio::placet {

const Catalogue& catalogue() noexcept;

}  // namespace facio::placet
