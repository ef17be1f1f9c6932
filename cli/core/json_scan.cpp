#include "cli/core/json_scan.hpp"

#include <cstring>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::json {
namespace {

constexpr int kDeepest = 64;

/// Skips, eight at a time, bytes that a string may hold as they are: ASCII but quotes, backslashes and control characters.
const char* skip_plain(const char* at, const char* end) {
  constexpr std::uint64_t ones = 0x0101010101010101U, tops = 0x8080808080808080U;
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    const auto zero = [&](std::uint64_t x) { return (x - ones) & ~x & tops; };
    if (((word & tops) | zero(word ^ (ones * '"')) | zero(word ^ (ones * '\\')) | ((word - ones * 0x20) & ~word & tops)) != 0) break;
    at += 8;
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20 && static_cast<unsigned char>(*at) < 0x80) ++at;
  return at;
}

/// A recursive-descent check. Its functions return false with `at` where the text is wrong.
struct Checker {
  const char* at;
  const char* end;
  const char* wrong = "";

  bool no(const char* why) {
    wrong = why;
    return false;
  }
  void blanks() {
    while (at != end && is_blank(*at)) ++at;
  }
  bool take(char c) {
    if (at == end || *at != c) return false;
    ++at;
    return true;
  }
  bool literal(std::string_view word) {
    if (std::string_view(at, static_cast<std::size_t>(end - at)).substr(0, word.size()) != word) return no("unknown word");
    at += word.size();
    return true;
  }
  bool digits() {
    if (at == end || !is_digit(*at)) return no("digit expected");
    while (at != end && is_digit(*at)) ++at;
    return true;
  }
  bool number() {
    if (*at == '-') ++at;
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }
  bool escape() {
    ++at;
    if (at == end) return no("unfinished string");
    if (take('u')) {
      for (int i = 0; i < 4; ++i, ++at)
        if (at == end || hex_value(*at) < 0) return no("bad \\u escape");
      return true;
    }
    if (std::strchr("\"\\/bfnrt", *at) == nullptr || *at == 0) return no("bad escape");
    ++at;
    return true;
  }
  bool string() {
    ++at;
    while (true) {
      at = skip_plain(at, end);
      if (at == end) return no("unfinished string");
      if (take('"')) return true;
      if (*at == '\\') {
        if (!escape()) return false;
        continue;
      }
      if (static_cast<unsigned char>(*at) < 0x20) return no("control character in a string");
      std::uint32_t code = 0;
      const std::size_t size = decode_utf8({at, static_cast<std::size_t>(end - at)}, code);
      if (size == 0) return no("invalid UTF-8");
      at += size;
    }
  }
  bool container(int depth, char close, bool named) {
    ++at;
    if (depth > kDeepest) return no("more than 64 levels deep");
    blanks();
    if (take(close)) return true;
    while (true) {
      if (named) {
        blanks();
        if (at == end || *at != '"') return no("name expected");
        if (!string()) return false;
        blanks();
        if (!take(':')) return no("':' expected");
      }
      if (!value(depth)) return false;
      blanks();
      if (at == end) return no("unfinished");
      if (take(close)) return true;
      if (!take(',')) return no("',' expected");
    }
  }
  bool value(int depth) {
    blanks();
    if (at == end) return no("value expected");
    switch (*at) {
      case '{': return container(depth + 1, '}', true);
      case '[': return container(depth + 1, ']', false);
      case '"': return string();
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      default: return *at == '-' || is_digit(*at) ? number() : no("value expected");
    }
  }
};

/// The end of the string that starts at `at`, in checked JSON.
const char* end_of_string(const char* at, const char* end) {
  ++at;
  while (true) {
    at = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
    const char* slash = at;
    while (slash[-1] == '\\') --slash;
    ++at;
    if ((at - 1 - slash) % 2 == 0) return at;
  }
}

/// The end of the value that starts at `at`, in checked JSON.
const char* end_of_value(const char* at, const char* end) {
  if (*at == '"') return end_of_string(at, end);
  if (*at != '{' && *at != '[') {
    while (at != end && *at != ',' && *at != '}' && *at != ']' && !is_blank(*at)) ++at;
    return at;
  }
  for (int depth = 0;;) {
    switch (*at) {
      case '"': at = end_of_string(at, end); continue;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default: break;
    }
    ++at;
  }
}

std::string_view inside(std::string_view container) {
  return container.size() < 2 ? std::string_view{} : container.substr(1, container.size() - 2);
}

/// Takes the value at the start of `rest`, and the comma after it.
std::string_view take(std::string_view& rest) {
  const char* end = rest.data() + rest.size();
  const char* stop = end_of_value(rest.data(), end);
  const std::string_view value(rest.data(), static_cast<std::size_t>(stop - rest.data()));
  while (stop != end && (is_blank(*stop) || *stop == ',')) ++stop;
  rest = {stop, static_cast<std::size_t>(end - stop)};
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
}

std::uint32_t hex4(std::string_view text) {
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) value = value * 16 + static_cast<std::uint32_t>(hex_value(c));
  return value;
}

/// The code point of the \u escape (or pair of them) whose digits start at `text`; `used` is set to its length.
std::uint32_t unicode_escape(std::string_view text, std::size_t& used) {
  const std::uint32_t high = hex4(text);
  used = 4;
  if (high < 0xD800 || high > 0xDFFF) return high;
  if (high < 0xDC00 && text.size() >= 10 && text[4] == '\\' && text[5] == 'u') {
    const std::uint32_t low = hex4(text.substr(6));
    if (low >= 0xDC00 && low <= 0xDFFF) {
      used = 10;
      return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    }
  }
  return 0xFFFD;
}

}  // namespace

Status check_json(std::string_view text) {
  if (is_blank(text)) return fail(Code::server, "the answer is empty");
  Checker checker{text.data(), text.data() + text.size()};
  bool good = checker.value(0);
  if (good) {
    checker.blanks();
    good = checker.at == checker.end || checker.no("something after the end");
  }
  if (good) return {};
  return fail(Code::server, "the answer is not valid JSON: byte " + std::to_string(checker.at - text.data() + 1) + ": " + checker.wrong);
}

Json kind_of(std::string_view value) {
  if (value.empty()) return Json::nothing;
  switch (value.front()) {
    case '{': return Json::object;
    case '[': return Json::array;
    case '"': return Json::string;
    case 't':
    case 'f': return Json::boolean;
    case 'n': return Json::null;
    default: return Json::number;
  }
}

Members::Members(std::string_view object) : rest_(kind_of(object) == Json::object ? trimmed(inside(object)) : std::string_view{}) {}

bool Members::next(std::string_view& name, std::string_view& value) {
  if (rest_.empty()) return false;
  const char* end = rest_.data() + rest_.size();
  const char* stop = end_of_string(rest_.data(), end);
  name = {rest_.data() + 1, static_cast<std::size_t>(stop - rest_.data() - 2)};
  while (is_blank(*stop) || *stop == ':') ++stop;
  rest_ = {stop, static_cast<std::size_t>(end - stop)};
  value = take(rest_);
  return true;
}

Elements::Elements(std::string_view array) : rest_(kind_of(array) == Json::array ? trimmed(inside(array)) : std::string_view{}) {}

bool Elements::next(std::string_view& value) {
  if (rest_.empty()) return false;
  value = take(rest_);
  return true;
}

std::string_view leading_string(std::string_view json) {
  const char* end = end_of_string(json.data(), json.data() + json.size());
  return json.substr(0, static_cast<std::size_t>(end - json.data()));
}

std::string unescaped(std::string_view string, bool quoted) {
  if (quoted) string = inside(string);
  std::string out;
  out.reserve(string.size());
  while (true) {
    const auto slash = string.find('\\');
    out += string.substr(0, slash);
    if (slash == std::string_view::npos) return out;
    const char escape = string[slash + 1];
    string.remove_prefix(slash + 2);
    if (escape == 'u') {
      std::size_t used = 0;
      append_utf8(out, unicode_escape(string, used));
      string.remove_prefix(used);
    } else {
      const auto known = std::string_view("bfnrt").find(escape);
      out += known == std::string_view::npos ? escape : "\b\f\n\r\t"[known];
    }
  }
}

std::string plain(std::string_view value) { return kind_of(value) == Json::string ? unescaped(value) : std::string(value); }

std::string_view member(std::string_view object, std::string_view name) {
  std::string_view found, at, value;
  for (Members members(object); members.next(at, value);)
    if (at == name || (at.find('\\') != std::string_view::npos && unescaped(at, false) == name)) found = value;
  return found;
}

std::string_view value_at(std::string_view value, std::string_view path) {
  while (!path.empty() && !value.empty()) value = member(value, split_off(path, '.'));
  return value;
}

bool is_empty(std::string_view container) { return trimmed(inside(container)).empty(); }

}  // namespace facio::json
