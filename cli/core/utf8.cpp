#include "cli/core/utf8.hpp"

#include <bit>

namespace facio {
namespace {

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 0xF];
}

void append_escaped(std::string& out, std::uint32_t code) {
  if (code == '\n' || code == '\r' || code == '\t') {
    out += code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t";
    return;
  }
  out += code < 0x80 ? "\\x" : code < 0x10000 ? "\\u" : "\\U";
  append_hex(out, code, code < 0x80 ? 2 : code < 0x10000 ? 4 : 8);
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace

std::size_t decode_utf8(std::string_view text, std::uint32_t& code) noexcept {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto length = static_cast<std::size_t>(std::countl_one(byte(0)));
  code = byte(0) & (0x7FU >> length);
  if (length == 0) return 1;
  if (length == 1 || length > 4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // smaller ones are overlong
  if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return 0;
  return length;
}

bool is_utf8(std::string_view text) noexcept {
  std::uint32_t code = 0;
  while (!text.empty()) {
    const std::size_t length = decode_utf8(text, code);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  std::uint32_t code = 0;
  for (; !text.empty(); ++count) {
    const std::size_t length = decode_utf8(text, code);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return count;
}

std::string cut_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

bool is_dangerous(std::uint32_t code) {
  return code < 0x20 || code == 0xAD || code == 0x115F || code == 0x1160 || code == 0x180E || code == 0x200B || code == 0x3164 ||
         code == 0xFFA0 || (code >= 0x7F && code < 0xA0) || code == 0x61C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
         (code >= 0xE0000 && code <= 0xE007F);
}

void append_printable(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    std::uint32_t code = 0;
    const std::size_t size = decode_utf8(text, code);
    if (size == 0) {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(text.front()), 2);
      text.remove_prefix(1);
      continue;
    }
    // Joiners combine letters and emoji; after ASCII they are only invisible.
    const bool hidden = (code == 0x200C || code == 0x200D) && (out.empty() || static_cast<unsigned char>(out.back()) < 0x80);
    if (hidden || is_dangerous(code)) append_escaped(out, code);
    else out += text.substr(0, size);
    text.remove_prefix(size);
  }
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_printable(out, text);
  return out;
}

}  // namespace facio
