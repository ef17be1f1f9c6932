// The endpoints of Placet itself.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio::placet {

const Catalogue& catalogue() noexcept;

}  // namespace facio::placet
