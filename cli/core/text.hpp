// Small questions to text. Letters are those of ASCII, whatever the language of the machine.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace facio {

inline constexpr std::string_view kBlanks = " \t\r\n";

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string lower(std::string_view text);
std::string upper(std::string_view text);

/// Whether it has nothing but blanks.
constexpr bool is_blank(std::string_view text) { return text.find_first_not_of(kBlanks) == std::string_view::npos; }
/// Without the blanks around it.
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view start);

/// The parts between separators, at most `most`: the last one holds whatever is left.
std::vector<std::string_view> split(std::string_view text, char separator, std::size_t most = std::string_view::npos);
/// The parts that each end in `terminator`, without it; the last one may lack it. An empty text has no parts.
std::vector<std::string_view> split_terminated(std::string_view text, char terminator = '\n');

/// Reads the number that the whole text is; false for any other text and for a number that is too large, with `value` as it was.
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
