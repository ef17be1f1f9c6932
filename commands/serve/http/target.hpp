// The target of a request, taken apart.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// Path segments, split on "/" and then decoded.
struct Segments {
  static constexpr std::size_t kMost = 16;
  std::array<std::string, kMost> values;
  std::size_t count = 0;
};

/// Takes the text before the first `separator` off the front, and the separator with it.
std::string_view take_until(std::string_view& text, char separator);

/// Splits "/a/b?c=d" into path and query, both still encoded.
std::pair<std::string_view, std::string_view> split_target(std::string_view target);

/// Decodes a path. Code::rejected for a bad escape or a segment "." or ".."; Code::not_found for too many segments.
Status split_path(std::string_view path, Segments& segments);

using Query = std::vector<std::pair<std::string, std::string>>;
/// Decodes "a=1&b=x%20y"; names may repeat. Code::rejected for a bad escape.
Result<Query> split_query(std::string_view query);

}  // namespace facio::serve
