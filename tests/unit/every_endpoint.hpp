// All endpoints and local commands, for tests that look at each.
#pragma once

#include <functional>
#include <vector>

#include "cli/catalogue/system.hpp"

namespace facio {

inline std::vector<std::reference_wrapper<const Endpoint>> every_endpoint() {
  std::vector<std::reference_wrapper<const Endpoint>> all;
  for (const Endpoint* endpoint : all_endpoints()) all.emplace_back(*endpoint);
  return all;
}

}  // namespace facio
