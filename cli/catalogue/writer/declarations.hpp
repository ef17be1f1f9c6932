// What a system declares. Its catalogue.cpp defines declarations(); that file is a part of the catalogue writer alone.
#pragma once

#include <span>
#include <vector>

#include "cli/catalogue/catalogue.hpp"

namespace facio {

struct Declarations {
  std::vector<std::span<const Endpoint>> endpoints;  ///< area by area, in order of declaration
  std::vector<Area> areas;                           ///< in the order of the help page
};

Declarations declarations();

}  // namespace facio
