// The endpoints of an agent: the default system.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio {

inline constexpr Paging kFacioPaging = {};

const Catalogue& facio_catalogue() noexcept;

}  // namespace facio
