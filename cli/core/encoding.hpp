// Bytes as text: hexadecimal, base64 and percent encoding.
#pragma once

#include <optional>

#include "cli/core/result.hpp"

namespace facio {

/// `bytes` random bytes (at most 256) from the operating system.
std::string random_bytes(std::size_t bytes);
/// The same in lower-case hexadecimal.
std::string random_hex(std::size_t bytes);
/// The SHA-256 hash of the concatenated texts, as 64 hexadecimal digits.
std::string sha256_hex(std::initializer_list<std::string_view> texts);
/// The HMAC-SHA256 of the concatenated texts under a key of any length, as 64 hexadecimal digits.
std::string hmac_sha256_hex(std::string_view key, std::initializer_list<std::string_view> texts);

/// Whether a text has the form of a UUID (RFC 9562), in either case.
bool is_uuid(std::string_view text) noexcept;

/// RFC 4648, with padding.
std::string base64_encode(std::string_view bytes);
/// Nothing unless this is base64 to the letter: foreign characters, a wrong length, bad padding and stray bits are refused.
std::optional<std::string> base64_decode(std::string_view text);

/// Encodes one path segment or query value as JavaScript's encodeURIComponent does: everything but letters, digits and -_.!~*'().
std::string percent_encode(std::string_view text);
/// Code::rejected on a bad escape, invalid UTF-8 or a NUL. `plus_is_blank` for query values.
Result<std::string> percent_decode(std::string_view text, bool plus_is_blank);

}  // namespace facio
