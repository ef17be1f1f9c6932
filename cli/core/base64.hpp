// Bytes as base64 text (RFC 4648, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facio {

std::string base64_encode(std::string_view bytes);

/// Nothing when this is no base64: other characters, wrong length, padding inside, bits left over.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace facio
