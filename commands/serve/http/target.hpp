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

/// All still encoded.
struct Target {
  std::string_view authority = {};  ///< "host:80" of the form for proxies, "http://host:80/a"; else empty
  std::string_view path, query;
};
/// Takes "/a/b?c=d" apart. Code::rejected for a fragment, which belongs to no request.
Result<Target> split_target(std::string_view target);

/// Decodes a path. Code::rejected for a bad escape or a segment "." or ".."; Code::not_found for too many segments. After a failure
/// `segments` holds those before it.
Status split_path(std::string_view path, Segments& segments);

using Query = std::vector<std::pair<std::string, std::string>>;
/// Decodes "a=1&b=x%20y"; names may repeat. Code::rejected for a bad escape.
Result<Query> split_query(std::string_view query);

}  // namespace facio::serve
