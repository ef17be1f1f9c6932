// All endpoints and local commands, for tests that look at each.
#pragma once

#include <functional>
#include <vector>

#include "cli/catalogue/catalogue.hpp"

namespace facio {

inline std::vector<std::reference_wrapper<const Endpoint>> every_endpoint() {
  std::vector<std::reference_wrapper<const Endpoint>> all;
  for (std::size_t position = 0; position < catalogue().size(); ++position) all.emplace_back(catalogue().at(position));
  return all;
}

}  // namespace facio
