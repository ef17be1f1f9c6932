// What a system declares. Its declarations.cpp, which only the catalogue writer contains, defines declarations().
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio {

struct Declarations {
  std::string_view system = {};                      ///< empty: commands that are no system's
  Paging paging = {};                                ///< how pages of its lists are asked for
  std::vector<std::span<const Endpoint>> endpoints;  ///< area by area, in order of declaration
  std::vector<Area> areas;                           ///< in the order of the help page
};

Declarations declarations();

}  // namespace facio
