#include <algorithm>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

namespace {

constexpr std::size_t kLongestPlainKey = 120;  // readers look for the ':' of a key only so far

/// Whether every schema reads this text as a string without quotes.
bool is_plain(std::string_view text) {
  if (text.empty() || !(is_letter(text.front()) || text.front() == '_' || text.front() == '/') || text.back() == ' ') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool safe = is_letter(c) || is_digit(c) || std::string_view("_-./ +@();").find(c) != std::string_view::npos ||
                      (c == ':' && i + 1 < text.size() && text[i + 1] != ' ');
    if (!safe) return false;
  }
  constexpr std::string_view words[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"};
  return std::ranges::find(words, lower(text)) == std::end(words);
}

/// Code points that YAML does not allow unescaped, or that a reader may change.
bool needs_escape(std::uint32_t code) { return is_dangerous(code) || (code & 0xFFFE) == 0xFFFE; }

void append_escape(std::string& out, std::uint32_t code) {
  switch (code) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const int digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
  out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[code >> shift & 0xF];
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::uint32_t code = 0;
    const std::size_t size = std::max<std::size_t>(decode_utf8(text, code), 1);
    if (code == '"' || code == '\\') out += '\\';
    if (needs_escape(code)) append_escape(out, code);
    else out += text.substr(0, size);
    text.remove_prefix(size);
  }
  out += '"';
}

/// Whether the text has several lines that a literal block preserves exactly.
bool is_block(std::string_view text) {
  const auto feed = text.find('\n');
  if (feed == std::string_view::npos || feed == 0 || text.front() == ' ' || text.front() == '\t') return false;
  if (text.size() > 1 && text.back() == '\n' && text[text.size() - 2] == '\n') return false;
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t code = 0;
    const std::size_t size = std::max<std::size_t>(decode_utf8(text.substr(i), code), 1);
    if (code != '\n' && needs_escape(code)) return false;
    // Blanks at the start of a line could be taken for indentation.
    if (code == ' ' && text[i - 1] == '\n') return false;
    i += size;
  }
  return true;
}

void append_block(std::string& out, std::string_view text, std::size_t indent) {
  out += text.back() == '\n' ? "|" : "|-";
  for (const std::string_view line : split_terminated(text)) {
    out += '\n';
    if (!line.empty()) out.append(indent, ' ').append(line);
  }
}

/// "1e5" is a string in YAML 1.1; with a fraction and a signed exponent it is a number everywhere.
void append_number(std::string& out, std::string_view number) {
  const auto mark = number.find_first_of("eE");
  out += number.substr(0, mark);
  if (mark == std::string_view::npos) return;
  if (number.substr(0, mark).find('.') == std::string_view::npos) out += ".0";
  out += 'e';
  number.remove_prefix(mark + 1);
  if (number.front() != '-' && number.front() != '+') out += '+';
  out += number;
}

void append_scalar(std::string& out, std::string_view value, std::size_t indent) {
  switch (kind_of(value)) {
    case Json::string: {
      const std::string text = unescaped(value);
      if (is_plain(text)) out += text;
      else if (is_block(text)) append_block(out, text, std::max<std::size_t>(indent, 2));
      else append_quoted(out, text);
      return;
    }
    case Json::number: append_number(out, value); return;
    case Json::object: out += "{}"; return;
    case Json::array: out += "[]"; return;
    default: out += value;
  }
}

void append_key(std::string& out, std::string_view raw) {
  const std::string key = unescaped(raw, false);
  // A long key must be announced.
  if (key.size() > kLongestPlainKey) out += "? ";
  if (is_plain(key)) out += key;
  else append_quoted(out, key);
}

bool is_nested(std::string_view value) {
  const Json kind = kind_of(value);
  return (kind == Json::object || kind == Json::array) && !is_empty(value);
}

void append_node(std::string& out, std::string_view value, std::size_t indent, bool in_line);

/// What follows "key:" or "-": a scalar on the same line, anything else below (`indent` is that of the parent).
void append_child(std::string& out, std::string_view value, std::size_t indent, bool in_sequence) {
  if (!is_nested(value)) {
    out += ' ';
    append_scalar(out, value, indent + 2);
    out += '\n';
  } else if (in_sequence) {
    out += ' ';
    append_node(out, value, indent + 2, true);
  } else {
    out += '\n';
    append_node(out, value, indent + 2, false);
  }
}

/// A non-empty container; `in_line`: its first line is already indented.
void append_node(std::string& out, std::string_view value, std::size_t indent, bool in_line) {
  const auto begin = [&] {
    if (!in_line) out.append(indent, ' ');
    in_line = false;
  };
  if (kind_of(value) == Json::array) {
    for (const std::string_view inner : Elements(value)) {
      begin();
      out += '-';
      append_child(out, inner, indent, true);
    }
    return;
  }
  for (const auto& [name, inner] : json::Members(value)) {
    begin();
    append_key(out, name);
    if (name.size() > kLongestPlainKey && out.back() != '\n' && unescaped(name, false).size() > kLongestPlainKey) {
      out += '\n';
      out.append(indent, ' ');
    }
    out += ':';
    append_child(out, inner, indent, false);
  }
}

}  // namespace

void append_yaml(std::string& out, std::string_view value) {
  if (is_nested(value)) return append_node(out, value, 0, false);
  append_scalar(out, value, 0);
  out += '\n';
}

}  // namespace facio::output
