// The query of a request's target.
#pragma once

#include <optional>
#include <string_view>

#include "cli/core/text.hpp"

namespace facio::http {

/// The value of the first parameter of this name in a target ("/path?a=1&b="), as it was sent, encoded; nothing when it is not there.
inline std::optional<std::string_view> in_query(std::string_view target, std::string_view name) {
  const auto mark = target.find('?');
  std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!query.empty())
    if (std::string_view pair = split_off(query, '&'); split_off(pair, '=') == name) return pair;
  return std::nullopt;
}

}  // namespace facio::http
