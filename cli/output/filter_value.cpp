#include "cli/output/filter_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "cli/core/time.hpp"
#include "cli/output/json_scan.hpp"
#include "cli/output/render.hpp"

namespace facio::output {
namespace {

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

bool is_instant(Format format) {
  return format == Format::time || format == Format::time_or_date || format == Format::date || format == Format::epoch_ms ||
         format == Format::epoch_s;
}

double duration_unit(Format format) {
  switch (format) {
    case Format::milliseconds: return 1;
    case Format::seconds: return 1e3;
    case Format::hours: return 3.6e6;
    default: return 0;
  }
}

/// "10MiB", "1.5k", "200": bytes or a count.
std::optional<double> size_of(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.')) ++digits;
  const auto number = number_of(text.substr(0, digits));
  std::string unit(text.substr(digits));
  if (unit.ends_with('B')) unit.pop_back();
  if (!number) return std::nullopt;
  constexpr std::string_view kLetters = "kMGTP";
  if (unit.empty()) return number;
  if (unit[0] == 'K') unit[0] = 'k';
  const auto power = kLetters.find(unit[0]);
  const bool binary = unit.size() == 2 && unit[1] == 'i';
  if (power == std::string_view::npos || (unit.size() != 1 && !binary)) return std::nullopt;
  return *number * std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power) + 1);
}

/// What a field is, for messages.
std::string_view name_of(const Field& field) {
  if (is_instant(field.attr.format)) return "a time";
  if (duration_unit(field.attr.format) > 0) return "a duration";
  if (field.attr.format == Format::bytes) return "a size";
  switch (field.type->kind) {
    case Kind::integer:
    case Kind::number: return "a number";
    case Kind::boolean: return "true or false";
    default: return "a text";
  }
}

tl::unexpected<Error> misfit(const Field& field, std::string_view text) {
  std::string how = "write it as 12 or 1.5k";
  if (is_instant(field.attr.format)) how = "write it as -2h, today or 2026-11-20T07:00:00Z";
  else if (duration_unit(field.attr.format) > 0) how = "write it as 90s, 5m or 2d";
  else if (field.attr.format == Format::bytes) how = "write it as 200 or 1.5MiB";
  else if (field.type->kind == Kind::boolean) how = "write true or false";
  return fail(Code::usage, "'" + printable(text) + "' does not fit " + std::string(field.name) + ", which is " +
                               std::string(name_of(field)) + "; " + how);
}

/// The number that a text means for a field with this format and type; nothing when it means none.
std::optional<double> wanted_number(const Field& field, std::string_view text, std::int64_t now) {
  const Format format = field.attr.format;
  const bool is_text = field.type->kind == Kind::string;
  if (is_instant(format)) {
    if (const auto plain = is_text ? std::nullopt : number_of(text); plain && *plain >= 1e8)
      return format == Format::epoch_s ? *plain * 1e3 : *plain;
    const auto instant = parse_instant(text, now);
    return instant ? std::optional<double>(static_cast<double>(*instant)) : std::nullopt;
  }
  if (const double unit = duration_unit(format); unit > 0) {
    if (const auto plain = number_of(text)) return *plain * unit;
    const auto duration = parse_duration(text);
    return duration ? std::optional<double>(static_cast<double>(*duration)) : std::nullopt;
  }
  const auto plain = number_of(text);
  return plain ? plain : size_of(text);
}

/// A value of an item as a number in the unit of its field.
std::optional<double> value_number(std::string_view value, const Field* field) {
  const Format format = field == nullptr ? Format::none : field->attr.format;
  if (kind_of(value) == Json::string) {
    if (!is_instant(format) && field != nullptr) return std::nullopt;
    const auto instant = parse_rfc3339(unescaped(value));
    return instant ? std::optional<double>(static_cast<double>(*instant)) : std::nullopt;
  }
  if (kind_of(value) != Json::number) return std::nullopt;
  const auto number = number_of(value);
  if (!number) return number;
  if (format == Format::epoch_s) return *number * 1e3;
  if (const double unit = duration_unit(format); unit > 0) return *number * unit;
  return number;
}

template <class Value>
bool ordered(const Value& a, const Value& b, Comparison how) {
  switch (how) {
    case Comparison::equal: return a == b;
    case Comparison::different: return a != b;
    case Comparison::less: return a < b;
    case Comparison::at_most: return a <= b;
    case Comparison::more: return a > b;
    case Comparison::at_least: return a >= b;
    default: return false;
  }
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The pattern from its start to the end of the text; * is any text, ? one byte.
bool matches(std::string_view text, std::string_view pattern) {
  std::size_t at = 0, star = std::string_view::npos, retry = 0, p = 0;
  while (at < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = at;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(text[at]))) {
      ++p;
      ++at;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool compares_text(const std::string& text, Comparison how, const Wanted& wanted) {
  if (how == Comparison::like) return is_like(text, wanted.text);
  if (how == Comparison::unlike) return !is_like(text, wanted.text);
  return ordered(std::string_view(text), std::string_view(wanted.text), how);
}

}  // namespace

bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.find_first_of("*?") != std::string_view::npos) return matches(text, pattern);
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), pattern.begin(), pattern.end(), same) != text.end();
}

Result<Wanted> read_wanted(const Field* field, std::string_view text, bool quoted, std::int64_t now) {
  Wanted wanted;
  wanted.text = text;
  wanted.quoted = quoted;
  wanted.is_null = !quoted && text == "null";
  wanted.is_boolean = !quoted && (text == "true" || text == "false");
  wanted.boolean = text == "true";
  if (wanted.is_null) return wanted;
  const Type* type = field == nullptr ? nullptr : field->type;
  while (type != nullptr && type->kind == Kind::array && type->element != nullptr) type = type->element;
  if (type == nullptr || type->kind == Kind::any || type->kind == Kind::object || type->kind == Kind::map) {
    // Nothing is known: a number, else an instant for values that are times.
    if (const auto plain = number_of(text)) wanted.number = *plain;
    else if (const auto instant = parse_instant(text, now); instant && !quoted) wanted.number = static_cast<double>(*instant);
    else return wanted;
    wanted.is_number = true;
    return wanted;
  }
  Field element = *field;
  element.type = type;
  const bool typed = type->kind == Kind::integer || type->kind == Kind::number || is_instant(field->attr.format);
  if (type->kind == Kind::boolean && !wanted.is_boolean) return misfit(element, text);
  if (!typed) return wanted;
  const auto number = wanted_number(element, text, now);
  if (!number) return misfit(element, text);
  wanted.is_number = true;
  wanted.number = *number;
  return wanted;
}

bool compares(std::string_view value, const Field* field, Comparison how, const Wanted& wanted) {
  const Json kind = kind_of(value);
  if (kind == Json::array && !wanted.is_null) {
    const bool none = how == Comparison::different || how == Comparison::unlike;
    const Comparison each = how == Comparison::different ? Comparison::equal : how == Comparison::unlike ? Comparison::like : how;
    std::string_view element;
    for (Elements elements(value); elements.next(element);)
      if (compares(element, field, each, wanted)) return !none;
    return none;
  }
  const bool absent = kind == Json::nothing || kind == Json::null;
  if (absent || wanted.is_null) {
    if (how == Comparison::equal) return absent == wanted.is_null;
    return (how == Comparison::different || how == Comparison::unlike) && absent != wanted.is_null;
  }
  if (how == Comparison::like || how == Comparison::unlike)
    return compares_text(kind == Json::string ? unescaped(value) : std::string(value), how, wanted);
  if (kind == Json::boolean) return wanted.is_boolean ? ordered(value == "true", wanted.boolean, how) : how == Comparison::different;
  if (wanted.is_number)
    if (const auto number = value_number(value, field)) return ordered(*number, wanted.number, how);
  if (kind == Json::string) return compares_text(unescaped(value), how, wanted);
  if (kind == Json::number) return how == Comparison::different;
  return compares_text(std::string(value), how, wanted);
}

bool holds(std::string_view value) {
  switch (kind_of(value)) {
    case Json::nothing:
    case Json::null: return false;
    case Json::boolean: return value == "true";
    case Json::number: return number_of(value).value_or(1) != 0;
    case Json::string: return value.size() > 2;
    default: return !is_empty(value);
  }
}

}  // namespace facio::output
