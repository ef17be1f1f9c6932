// UTF-8, one code point at a time, and text from outside made safe for a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace facio {

/// The length in bytes of the code point at the start of `text`, which goes to `code`; 0 unless `text` begins with a whole and valid one.
std::size_t decode_utf8(std::string_view text, std::uint32_t& code) noexcept;
bool is_utf8(std::string_view text) noexcept;
/// How many code points; each byte that belongs to none counts as one.
std::size_t count_characters(std::string_view text) noexcept;

/// At most `most` bytes of a text, cut between characters, with an ellipsis after them when something is missing.
std::string cut_text(std::string_view text, std::size_t most);

/// Whether a character can control a terminal, is invisible, or reorders the text around it.
bool is_dangerous(std::uint32_t code);
/// Appends `text` with dangerous characters and invalid bytes escaped as \n, \xNN, \uNNNN.
void append_printable(std::string& out, std::string_view text);
std::string printable(std::string_view text);

}  // namespace facio
