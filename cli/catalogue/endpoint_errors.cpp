// Which failures an endpoint can answer with.
#include <algorithm>

#include "cli/catalogue/catalogue.hpp"

namespace facio {

std::vector<Code> all_errors(const Endpoint& endpoint) {
  std::vector<Code> codes(endpoint.errors.begin(), endpoint.errors.end());
  const auto also = [&codes](Code code) {
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  };
  if (endpoint.method == Method::none) return codes;
  const bool has_query = std::ranges::any_of(endpoint.params, [](const Param& p) { return p.place == Place::query; });
  const bool has_rule = std::ranges::any_of(endpoint.params, [](const Param& p) { return !p.field.attr.pattern.empty(); });
  if (has_query || has_rule || endpoint.body != nullptr) also(Code::rejected);
  if (endpoint.body != nullptr) also(Code::too_large);
  // Other systems say themselves which of their endpoints take no token.
  if (!endpoint.is_prefixed() && endpoint.surface == Surface::management) also(Code::unauthenticated);
  if (endpoint.surface != Surface::health) also(Code::throttled);  // whether the agent lives is always told
  also(Code::internal);
  if (endpoint.surface != Surface::health) also(Code::unavailable);
  std::ranges::sort(codes, {}, [](Code code) { return info(code).http; });
  return codes;
}

}  // namespace facio
