#include "cli/core/foreign_text.hpp"

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
/// Of the private characters that stand for half a pair of surrogates, and for a byte. Nobody else uses this plane.
constexpr std::uint32_t kHalfMark = 0x10F000, kByteMark = 0x10F800, kMarkEnd = 0x10F900, kFirstSurrogate = 0xD800;
constexpr std::size_t kMarkLength = 4;  ///< of such a character in UTF-8
constexpr std::size_t kMostOfCharacter = 4 * kMarkLength;

void append_four_bytes(std::string& out, std::uint32_t code) {
  for (const std::uint32_t byte : {0xF0 | code >> 18, 0x80 | (code >> 12 & 0x3F), 0x80 | (code >> 6 & 0x3F), 0x80 | (code & 0x3F)})
    out += static_cast<char>(byte);
}

void replace(std::string& out, std::uint32_t mark, bool marked) {
  if (marked) append_four_bytes(out, mark);
  else out += kReplacement;
}

/// The code unit of an escape \uXXXX at the start of `text`; 0 when there is none.
std::uint32_t escaped_unit(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return 0;
  std::uint32_t unit = 0;
  for (const char c : text.substr(2, 4)) {
    if (hex_value(c) < 0) return 0;
    unit = unit * 16 + static_cast<std::uint32_t>(hex_value(c));
  }
  return unit;
}
bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// Takes the escape at the start of `rest`, and a second one that belongs to it.
void take_escape(std::string& out, std::string_view& rest, bool marked) {
  const std::uint32_t unit = escaped_unit(rest);
  std::size_t length = unit == 0 ? std::min<std::size_t>(rest.size(), 2) : 6;
  if (is_high(unit) && is_low(escaped_unit(rest.substr(6)))) length = 12;
  if (length == 2 && static_cast<unsigned char>(rest[1]) >= 0x80) length = 1;
  if (length == 6 && (is_high(unit) || is_low(unit))) replace(out, kHalfMark + unit - kFirstSurrogate, marked);
  else out += rest.substr(0, length);
  rest.remove_prefix(length);
}

std::string mended(std::string_view rest, bool marked) {
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    std::size_t plain = 0;
    while (plain < rest.size() && rest[plain] != '\\' && static_cast<unsigned char>(rest[plain]) < 0x80) ++plain;
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    if (rest.front() == '\\') {
      take_escape(out, rest, marked);
      continue;
    }
    std::uint32_t code = 0;
    const std::size_t length = decode_utf8(rest, code);
    if (length == 0) replace(out, kByteMark + static_cast<unsigned char>(rest.front()), marked);
    else out += rest.substr(0, length);
    rest.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

/// What the mark at the start of `text` stands for, less kHalfMark; -1 when there is none.
int mark_at(std::string_view text) {
  std::uint32_t code = 0;
  if (decode_utf8(text, code) != kMarkLength || code < kHalfMark || code >= kMarkEnd) return -1;
  return static_cast<int>(code - kHalfMark);
}
bool is_byte_mark(int mark) { return mark >= static_cast<int>(kByteMark - kHalfMark); }

/// Takes the marks at the start of `rest` that make one character, or one of them; false when more may come, unless this is the `end`.
bool take_marks(std::string& out, std::string_view& rest, bool end) {
  const int first = mark_at(rest);
  const auto at = [&](std::size_t n) { return rest.size() > n * kMarkLength ? mark_at(rest.substr(n * kMarkLength)) : -1; };
  if (!is_byte_mark(first)) {
    const auto unit = static_cast<std::uint32_t>(first) + kFirstSurrogate;
    if (is_high(unit) && rest.size() == kMarkLength && !end) return false;
    const int second = at(1);
    const std::uint32_t low = second < 0 || is_byte_mark(second) ? 0 : static_cast<std::uint32_t>(second) + kFirstSurrogate;
    const bool pair = is_high(unit) && is_low(low);
    if (pair) append_four_bytes(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
    else out += kReplacement;
    rest.remove_prefix(pair ? 2 * kMarkLength : kMarkLength);
    return true;
  }
  std::string bytes;
  for (std::size_t n = 0; n < 4 && is_byte_mark(at(n)); ++n) bytes += static_cast<char>(at(n) - static_cast<int>(kByteMark - kHalfMark));
  const auto lead = static_cast<unsigned char>(bytes.front());
  const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (bytes.size() < wanted && rest.size() == bytes.size() * kMarkLength && !end) return false;
  std::uint32_t code = 0;
  const std::size_t length = decode_utf8(bytes, code);
  if (length == 0) out += kReplacement;
  else out += bytes.substr(0, length);
  rest.remove_prefix(std::max<std::size_t>(length, 1) * kMarkLength);
  return true;
}

/// Takes everything that is certain off `rest`.
std::string joined(std::string_view& rest, bool end) {
  std::string out;
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find('\xF4'), rest.size());
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    if (mark_at(rest) < 0) {
      out += rest.front();
      rest.remove_prefix(1);
    } else if (!take_marks(out, rest, end)) {
      break;
    }
  }
  return out;
}

/// The end of the string whose first quote is at `at`: the place of its last quote, or the text's end.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at, text.size());
}

std::size_t after_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// The text or word that begins at `at`; nothing where an array or object does.
std::optional<std::string> scalar_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] == '{' || text[at] == '[') return std::nullopt;
  if (text[at] == '"') return std::string(text.substr(at + 1, end_of_quoted(text, at) - at - 1));
  return std::string(text.substr(at, text.find_first_of(",}] \t\r\n", at) - at));
}

}  // namespace

std::string mended_json(std::string_view json) { return mended(json, false); }
std::string json_with_halves(std::string_view json) { return mended(json, true); }

std::string HalfJoiner::add(std::string_view piece) {
  static_assert(kMostOfCharacter <= 16, "what waits is short");
  waiting_ += piece;
  std::string_view rest = waiting_;
  std::string out = joined(rest, false);
  waiting_.erase(0, waiting_.size() - rest.size());
  return out;
}

std::string HalfJoiner::finish() {
  std::string_view rest = waiting_;
  std::string out = joined(rest, true);
  waiting_.clear();
  return out;
}

std::string with_halves_joined(std::string_view text) { return joined(text, true); }

std::optional<std::string> legible_member(std::string_view text, std::string_view name) {
  text = trimmed(text);
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (c != '"') continue;
    const std::size_t end = end_of_quoted(text, at);
    const std::size_t colon = after_blanks(text, end + 1);
    const bool named = depth == 1 && text.front() == '{' && text.substr(at + 1, end - at - 1) == name;
    if (named && colon < text.size() && text[colon] == ':') return scalar_at(text, after_blanks(text, colon + 1));
    at = end;
  }
  return std::nullopt;
}

}  // namespace facio
