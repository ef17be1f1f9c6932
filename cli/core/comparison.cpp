#include "cli/core/expression.hpp"

#include <algorithm>
#include <cmath>

#include "cli/core/decimal.hpp"
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
  double size = *number;
  for (std::size_t i = 0; i <= power; ++i) size *= binary ? 1024 : 1000;
  return size;
}

tl::unexpected<Error> misfit(const Field& field, std::string_view text) {
  const auto [is, how] = [&]() -> std::pair<std::string_view, std::string_view> {
    if (is_instant(field.attr.format)) return {"a time", "write it like -2h, today, 22:00 or 2026-11-20T07:00"};
    if (duration_unit(field.attr.format) > 0) return {"a duration", "write it like 90s, 5m or 2d"};
    if (field.attr.format == Format::bytes) return {"a size", "write it like 200 or 1.5MiB"};
    if (field.type->kind == Kind::boolean) return {"true or false", "write true or false"};
    return {"a number", "write it like 12 or 1.5k"};
  }();
  return fail(Code::usage, ("'" + printable(text) + "' is not valid for ").append(field.name).append(", which is ").append(is) + "; " +
                               std::string(how));
}

void set_number(Wanted& wanted, double number) {
  wanted.is_number = true;
  wanted.number = wanted.last = number;
}

/// False when the text is no time.
bool set_time(Wanted& wanted, std::string_view text, const TimeRule& times) {
  const auto typed = parse_typed_time(text, times);
  if (!typed) return false;
  wanted.is_number = true;
  wanted.number = static_cast<double>(typed->first_ms);
  wanted.last = static_cast<double>(typed->last_ms);
  wanted.day = static_cast<double>(typed->day * kDayMs);
  return true;
}

/// The number that a text means for a field with this format and type, which is no time; nothing when it means none.
std::optional<double> wanted_number(const Field& field, std::string_view text) {
  const Format format = field.attr.format;
  if (const double unit = duration_unit(format); unit > 0) {
    if (const auto plain = number_of(text)) return *plain * unit;
    return as_double(parse_duration(text));
  }
  const auto plain = number_of(text);
  return plain ? plain : size_of(text);
}

/// Sets what is wanted of a field that is a number or a time. False when the text is neither.
bool set_typed(Wanted& wanted, const Field& field, std::string_view text, const TimeRule& times) {
  const Format format = field.attr.format;
  if (!is_instant(format)) {
    const auto number = wanted_number(field, text);
    if (number) set_number(wanted, *number);
    return number.has_value();
  }
  const auto plain = field.type->kind == Kind::string ? std::nullopt : number_of(text);
  if (!plain || *plain < 1e8) return set_time(wanted, text, times);
  set_number(wanted, format == Format::epoch_s ? *plain * 1e3 : *plain);
  return true;
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

/// The comparison with a span, which is a day where one is wanted.
bool ordered(double value, double first, double last, Comparison how) {
  switch (how) {
    case Comparison::equal: return value >= first && value <= last;
    case Comparison::different: return value < first || value > last;
    case Comparison::at_most:
    case Comparison::more: return ordered(value, last, how);
    default: return ordered(value, first, how);
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

Result<Wanted> read_wanted(const Field* field, Comparison how, std::string_view text, bool quoted, const TimeRule& times) {
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
    wanted.is_plain = number_of(text).has_value();
    if (const auto plain = number_of(text)) set_number(wanted, *plain);
    else if (!quoted) (void)set_time(wanted, text, times);
    return wanted;
  }
  Field element = *field;
  element.type = type;
  const bool typed = type->kind == Kind::integer || type->kind == Kind::number || is_instant(field->attr.format);
  if (type->kind == Kind::boolean && !wanted.is_boolean) return misfit(element, text);
  if (!typed) return wanted;
  if (!set_typed(wanted, element, text, times)) return misfit(element, text);
  wanted.is_plain = !is_instant(field->attr.format) && duration_unit(field->attr.format) == 0 && number_of(text).has_value();
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
  // A double holds no integer beyond 2^53.
  if (wanted.is_plain && value.kind == ValueKind::number) return ordered(compare_decimals(value.text, wanted.text), 0, how);
  if (wanted.is_number) {
    // A date has no zone: it is the same day as one that was typed.
    if (const auto date = value.kind == ValueKind::text ? as_double(parse_date(value.text)) : std::nullopt)
      return ordered(*date, wanted.day, how);
    if (const auto number = value_number(value, field)) return ordered(*number, wanted.number, wanted.last, how);
  }
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
