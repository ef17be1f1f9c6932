// The endpoints of the third system.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio::third {

inline constexpr Paging kPaging = {.by = Paging::By::token, .position = "after", .size = "count", .next = "meta.next"};

const Catalogue& catalogue() noexcept;

}  // namespace facio::third
