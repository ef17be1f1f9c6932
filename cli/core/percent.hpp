// Percent encoding of URLs (RFC 3986).
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio {

/// Encodes one path segment or query value as JavaScript's encodeURIComponent does: everything but letters, digits and -_.!~*'().
std::string percent_encode(std::string_view text);
/// Decodes; Code::rejected on a bad escape, invalid UTF-8 or a NUL. `plus_is_blank` for query values.
Result<std::string> percent_decode(std::string_view text, bool plus_is_blank);

}  // namespace facio
