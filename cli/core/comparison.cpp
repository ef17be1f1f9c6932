#include "cli/core/expression.hpp"

#include <algorithm>
#include <cmath>

#include "cli/core/glob.hpp"
#include "cli/core/utf8.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio {
namespace {

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  return read_number(text, number) && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<double> as_double(const Result<std::int64_t>& number) {
  return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
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
  const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = number_of(text.substr(0, digits));
  std::string_view unit = text.substr(digits);
  if (unit.ends_with('B')) unit.remove_suffix(1);
  if (!number || unit.empty()) return number;
  const auto power = std::string_view("kMGTP").find(unit[0] == 'K' ? 'k' : unit[0]);
  const bool binary = unit.size() == 2 && unit[1] == 'i';
  if (power == std::string_view::npos || (unit.size() != 1 && !binary)) return std::nullopt;
  return *number * std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power) + 1);
}

tl::unexpected<Error> misfit(const Field& field, std::string_view text) {
  const auto [is, how] = [&]() -> std::pair<std::string_view, std::string_view> {
    if (is_instant(field.attr.format)) return {"a time", "write it as -2h, today or 2026-11-20T07:00:00Z"};
    if (duration_unit(field.attr.format) > 0) return {"a duration", "write it as 90s, 5m or 2d"};
    if (field.attr.format == Format::bytes) return {"a size", "write it as 200 or 1.5MiB"};
    if (field.type->kind == Kind::boolean) return {"true or false", "write true or false"};
    return {"a number", "write it as 12 or 1.5k"};
  }();
  return fail(Code::usage,
              ("'" + printable(text) + "' does not fit ").append(field.name).append(", which is ").append(is) + "; " + std::string(how));
}

/// The number that a text means for a field with this format and type; nothing when it means none.
std::optional<double> wanted_number(const Field& field, std::string_view text, std::int64_t now) {
  const Format format = field.attr.format;
  const bool is_text = field.type->kind == Kind::string;
  if (is_instant(format)) {
    if (const auto plain = is_text ? std::nullopt : number_of(text); plain && *plain >= 1e8)
      return format == Format::epoch_s ? *plain * 1e3 : *plain;
    return as_double(parse_instant(text, now));
  }
  if (const double unit = duration_unit(format); unit > 0) {
    if (const auto plain = number_of(text)) return *plain * unit;
    return as_double(parse_duration(text));
  }
  const auto plain = number_of(text);
  return plain ? plain : size_of(text);
}

/// A value as a number in the unit of its field.
std::optional<double> value_number(const Value& value, const Field* field) {
  const Format format = field == nullptr ? Format::none : field->attr.format;
  if (value.kind == ValueKind::text) {
    if (!is_instant(format) && field != nullptr) return std::nullopt;
    return as_double(parse_rfc3339(value.text));
  }
  if (value.kind != ValueKind::number) return std::nullopt;
  const auto number = number_of(value.text);
  if (!number) return number;
  if (format == Format::epoch_s) return *number * 1e3;
  if (const double unit = duration_unit(format); unit > 0) return *number * unit;
  return number;
}

template <class T>
bool ordered(const T& a, const T& b, Comparison how) {
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

/// The comparison without its negation.
Comparison positive(Comparison how) {
  switch (how) {
    case Comparison::different: return Comparison::equal;
    case Comparison::unlike: return Comparison::like;
    case Comparison::mismatch: return Comparison::match;
    default: return how;
  }
}

}  // namespace

bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.find_first_of("*?") != std::string_view::npos) return fits_glob(text, pattern, {.any_case = true});
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), pattern.begin(), pattern.end(), same) != text.end();
}

Result<Wanted> read_wanted(const Field* field, Comparison how, std::string_view text, bool quoted, std::int64_t now) {
  Wanted wanted;
  wanted.text = text;
  if (positive(how) == Comparison::match) {
    auto pattern = Regex::compile(text);
    if (!pattern) return fail(Code::usage, pattern.error().message());
    wanted.pattern = std::move(*pattern);
    return wanted;
  }
  wanted.is_null = !quoted && text == "null";
  wanted.is_boolean = !quoted && (text == "true" || text == "false");
  wanted.boolean = text == "true";
  if (wanted.is_null || positive(how) == Comparison::like) return wanted;
  const Type* type = field == nullptr ? nullptr : field->type;
  while (type != nullptr && type->kind == Kind::array && type->element != nullptr) type = type->element;
  if (type == nullptr || type->kind == Kind::any || type->kind == Kind::object || type->kind == Kind::map) {
    // The type is unknown: read it as a number, or else as an instant, in case the values are times.
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

bool compares(const Value& value, const Field* field, Comparison how, const Wanted& wanted) {
  const Comparison affirmed = positive(how);
  if (value.kind == ValueKind::list && !wanted.is_null) {
    const auto fits = [&](const Value& element) { return compares(element, field, affirmed, wanted); };
    return std::ranges::any_of(value.elements, fits) == (affirmed == how);
  }
  if (value.kind == ValueKind::absent || wanted.is_null) {
    const bool same = (value.kind == ValueKind::absent) == wanted.is_null;
    return how == Comparison::equal ? same : affirmed != how && !same;
  }
  switch (how) {
    case Comparison::like: return is_like(value.text, wanted.text);
    case Comparison::unlike: return !is_like(value.text, wanted.text);
    case Comparison::match: return wanted.pattern->found_in(value.text);
    case Comparison::mismatch: return !wanted.pattern->found_in(value.text);
    default: break;
  }
  if (value.kind == ValueKind::boolean)
    return wanted.is_boolean ? ordered(value.text == "true", wanted.boolean, how) : how == Comparison::different;
  if (wanted.is_number)
    if (const auto number = value_number(value, field)) return ordered(*number, wanted.number, how);
  if (value.kind == ValueKind::number) return how == Comparison::different;
  return ordered(std::string_view(value.text), std::string_view(wanted.text), how);
}

bool holds(const Value& value) {
  switch (value.kind) {
    case ValueKind::absent: return false;
    case ValueKind::boolean: return value.text == "true";
    case ValueKind::number: return number_of(value.text).value_or(1) != 0;
    case ValueKind::text: return !value.text.empty();
    case ValueKind::list: return !value.elements.empty();
    case ValueKind::object: return value.text.find_first_not_of("{} \t\r\n") != std::string::npos;
  }
  return false;
}

}  // namespace facio
