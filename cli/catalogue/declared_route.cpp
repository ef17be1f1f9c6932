#include "cli/catalogue/declared_route.hpp"

#include <algorithm>

namespace facio {

const Endpoint* declared_route(const Catalogue& catalogue, std::string_view method, std::string_view target) {
  if (method == "HEAD") method = "GET";
  const auto path = split(target.substr(0, target.find('?')), '/');
  const auto is_parameter = [](std::string_view segment) { return segment.starts_with('{'); };
  const auto same = [&](std::string_view declared, std::string_view given) {
    return declared == given || (is_parameter(declared) && !given.empty());
  };
  const Endpoint* best = nullptr;
  std::ptrdiff_t fewest = 0;
  for (std::size_t position = 0; position < catalogue.size(); ++position) {
    const auto declared = split(catalogue.path_at(position), '/');
    if (!std::ranges::equal(declared, path, same)) continue;
    const Endpoint& endpoint = catalogue.at(position);
    const std::ptrdiff_t parameters = std::ranges::count_if(declared, is_parameter);
    if (method_name(endpoint.method) != method || (best != nullptr && parameters >= fewest)) continue;
    best = &endpoint;
    fewest = parameters;
  }
  return best;
}

}  // namespace facio
