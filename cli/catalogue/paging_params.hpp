// Parameters of lists that come in pages.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio {

/// How many at most; `doc` says of what.
constexpr Param limit_param(std::string_view doc, std::string_view default_text) {
  return query_param("limit", types::integer, doc, {.min = 1, .max = 500, .default_text = default_text, .letter = 'n'});
}
/// How many to leave out first.
constexpr Param offset_param(std::string_view doc) { return query_param("offset", types::integer, doc, {.min = 0, .default_text = "0"}); }

}  // namespace facio
