// Small text functions. Letters and case are those of ASCII, whatever the locale.
#pragma once

#include <charconv>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace facio {

inline constexpr std::string_view kBlanks = " \t\r\n";

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_lower(c) || is_upper(c); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
constexpr char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
/// The value of a hexadecimal digit; -1 for any other character.
constexpr int hex_value(char c) { return is_digit(c) ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1; }

std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view start);

/// Whether `text` is empty or blank throughout.
constexpr bool is_blank(std::string_view text) { return text.find_first_not_of(kBlanks) == std::string_view::npos; }
/// `text` without leading and trailing blanks.
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes everything up to the next `separator` off the front of `rest`, and the separator with it; without one, all of it.
constexpr std::string_view split_off(std::string_view& rest, char separator) {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(part.size() + (part.size() < rest.size() ? 1 : 0));
  return part;
}

/// The parts between separators, at most `most`: the last one has the rest.
std::vector<std::string_view> split(std::string_view text, char separator, std::size_t most = std::string_view::npos);
/// The parts that end in `terminator`, without it; the last one may lack it. An empty text has no parts.
std::vector<std::string_view> split_terminated(std::string_view text, char terminator = '\n');

/// Whether a path, of parts separated by / or \, has a part "..".
bool has_parent_step(std::string_view path);

/// The edit distance of two words, with swaps of neighbours (optimal string alignment); very large for long words.
std::size_t distance(std::string_view a, std::string_view b);
/// How far a misspelt word may be from the one that was meant: a third of its length, at least 1.
std::size_t allowed_distance(std::string_view word);
/// The nearest of `known` to `word`; empty when none is near enough.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// The elements as one text with `separator` between them; `text_of` makes a text of an element.
template <class Range, class TextOf = std::identity>
std::string join(const Range& range, std::string_view separator, TextOf text_of = {}) {
  std::string joined;
  for (bool first = true; const auto& element : range) {
    if (!std::exchange(first, false)) joined += separator;
    joined += std::invoke(text_of, element);
  }
  return joined;
}

/// Parses all of `text` as a number; false when it is anything else or out of range, with `value` unchanged.
template <class T>
bool read_number(std::string_view text, T& value, [[maybe_unused]] int base = 10) {
  T number{};
  std::from_chars_result got{};
  if constexpr (std::is_floating_point_v<T>) got = std::from_chars(text.data(), text.data() + text.size(), number);
  else got = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (got.ec != std::errc{} || got.ptr != text.data() + text.size()) return false;
  value = number;
  return true;
}

}  // namespace facio
