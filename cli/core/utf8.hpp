// UTF-8, one code point at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace facio {

/// Length in bytes (1 to 4) of the valid code point at the start of `text`, which goes to `code`; 0 when it is invalid or
/// cut off (overlong forms and surrogates are invalid), or `text` is empty.
std::size_t decode_utf8(std::string_view text, std::uint32_t& code) noexcept;

/// Whether all of it is valid.
bool is_utf8(std::string_view text) noexcept;

/// At most `most` bytes of a text, cut between characters, with an ellipsis after them when something is missing.
std::string cut_text(std::string_view text, std::size_t most);

}  // namespace facio
