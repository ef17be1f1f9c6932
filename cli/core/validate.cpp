#include "cli/core/validate.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/core/cron_expression.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

bool all(std::string_view text, std::size_t most, bool (*allowed)(char)) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, allowed);
}
bool is_name_character(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }

constexpr Pattern kPatterns[] = {
    {"key", "^[A-Za-z_][A-Za-z0-9_]{0,127}$",
     [](std::string_view text) {
       return all(text, 128, [](char c) { return is_alphanumeric(c) || c == '_'; }) && !is_digit(text.front());
     }},
    {"mcp-name", "^[A-Za-z0-9_-]{1,64}$", [](std::string_view text) { return all(text, 64, is_name_character); }},
    {"channel-name", "^[a-z][a-z0-9_-]{0,63}$",
     [](std::string_view text) {
       return all(text, 64, [](char c) { return is_name_character(c) && !is_upper(c); }) && is_lower(text.front());
     }},
    {"alias", "^[A-Za-z0-9_.-]{1,64}$",
     [](std::string_view text) {
       return all(text, 64, [](char c) { return is_name_character(c) || c == '.'; }) && text != "." && text != "..";
     }},
    {"sha", "^[0-9A-Fa-f]{7,64}$",
     [](std::string_view text) { return text.size() >= 7 && all(text, 64, [](char c) { return hex_value(c) >= 0; }); }},
};

/// A limit in the unit of the wire, followed by the one that people type where it differs: "1000 (1s)".
std::string as_text(double number, Format format) {
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  std::string text(buffer, end);
  if (format == Format::milliseconds) text += " (" + format_duration(static_cast<std::int64_t>(number)) + ")";
  return text;
}

Status check_range(double number, const Attr& attr, const std::string& shown) {
  if (number < attr.min) return reject_field(shown, "must be at least " + as_text(attr.min, attr.format));
  if (number > attr.max) return reject_field(shown, "must be at most " + as_text(attr.max, attr.format));
  return {};
}

/// The failure of a parser as one about the field `shown`.
template <class T>
Status check_parsed(const Result<T>& parsed, const std::string& shown) {
  if (parsed) return {};
  return reject_field(shown, parsed.error().message());
}

Status check_path(std::string_view text, const std::string& shown) {
  if (count_characters(text) > 1024) return reject_field(shown, "is over 1024 characters");
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20; }))
    return reject_field(shown, "must not contain control characters");
  if (!text.empty() && (text.front() == '/' || text.front() == '\\')) return reject_field(shown, "must be relative to the workspace");
  if (has_parent_step(text)) return reject_field(shown, "must not contain \"..\"");
  return {};
}

Status check_format(std::string_view text, Format format, const std::string& shown) {
  switch (format) {
    case Format::time:
    case Format::time_or_date: return check_parsed(parse_rfc3339(text), shown);
    case Format::date: return check_parsed(parse_date(text), shown);
    case Format::cron: return check_parsed(parse_cron_expression(text), shown);
    case Format::zone:
      if (zone_exists(text)) return {};
      return reject_field(shown, "\"" + std::string(text) + "\" is not a known time zone; use an IANA name such as Europe/Berlin");
    case Format::url:
      if (text.find("://") == std::string_view::npos || text.find_first_of(" \t\r\n") != std::string_view::npos)
        return reject_field(shown, "must be an absolute URL such as https://host/path");
      return {};
    case Format::path: return check_path(text, shown);
    default: return {};
  }
}

bool is_sent(Direction direction) { return direction == Direction::sent || direction == Direction::sent_patch; }
/// Whether choices and range hold.
bool is_ours(const Attr& attr, Direction direction) { return !attr.agent_decides || !is_sent(direction); }

/// A string against its format and named pattern.
Status check_text(std::string_view text, const Attr& attr, Direction direction, const std::string& shown) {
  if (attr.not_blank && is_blank(text)) return reject_field(shown, "must not be blank");
  if (attr.max_length != 0 && (attr.secret ? text.size() : count_characters(text)) > attr.max_length)
    return reject_field(shown, "is over " + std::to_string(attr.max_length) + (attr.secret ? " bytes" : " characters"));
  if (!attr.choices.empty() && is_ours(attr, direction)) {
    if (std::ranges::find(attr.choices, text) != attr.choices.end()) return {};
    return reject_field(shown, "must be one of " + join(attr.choices, ", "));
  }
  if (const Pattern* pattern = find_pattern(attr.pattern); pattern != nullptr && !pattern->matches(text))
    return reject_field(shown, "must match " + std::string(pattern->regex));
  return check_format(text, attr.format, shown);
}

std::string member_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

Status check_string(JsonRef value, const Attr& attr, Direction direction, const std::string& path) {
  if (value.kind() != JsonKind::string) return reject_field(path, "must be a string");
  // A reply may pass on what other agents sent: their zones, expressions and names are not ours to judge.
  if (direction == Direction::reply && attr.format != Format::time && attr.format != Format::date && attr.choices.empty()) return {};
  return check_text(value.string(), attr, direction, path);
}

Status check_number(JsonRef value, const Type& type, const Attr& attr, Direction direction, const std::string& path) {
  const bool whole = value.kind() == JsonKind::integer;
  if (type.kind == Kind::integer && !whole) return reject_field(path, "must be a whole number");
  if (!whole && value.kind() != JsonKind::number) return reject_field(path, "must be a number");
  return is_ours(attr, direction) ? check_range(value.number(), attr, path) : Status();
}

Status check_value(JsonRef value, const Type& type, const Attr& attr, Direction direction, const std::string& path) {
  switch (type.kind) {
    case Kind::string: return check_string(value, attr, direction, path);
    case Kind::integer:
    case Kind::number: return check_number(value, type, attr, direction, path);
    case Kind::boolean:
      if (value.kind() != JsonKind::boolean) return reject_field(path, "must be true or false");
      return {};
    case Kind::object:
      if (value.kind() != JsonKind::object) return reject_field(path, "must be an object");
      return validate(value, *type.shape, direction, path);
    case Kind::array:
      if (value.kind() != JsonKind::array) return reject_field(path, "must be an array");
      for (std::size_t i = 0; i < value.size(); ++i)
        if (auto status = check_value(value.at(i), *type.element, attr, direction, path + "[" + std::to_string(i) + "]"); !status)
          return status;
      return {};
    case Kind::map:
      if (value.kind() != JsonKind::object) return reject_field(path, "must be an object");
      for (std::size_t i = 0; i < value.size(); ++i)
        if (auto status = check_value(value.at(i), *type.element, attr, direction, member_path(path, value.name_at(i))); !status)
          return status;
      return {};
    case Kind::any: return {};
  }
  return {};
}

Status refuse_undeclared(JsonRef value, const Shape& shape, const std::string& path) {
  for (std::size_t i = 0; i < value.size(); ++i)
    if (shape.find(value.name_at(i)) == nullptr)
      return reject_field(member_path(path, value.name_at(i)), "is not declared in " + std::string(shape.name));
  return {};
}

}  // namespace

const Pattern* find_pattern(std::string_view name) {
  const auto* const found = std::ranges::find(kPatterns, name, &Pattern::name);
  return found == std::end(kPatterns) ? nullptr : found;
}

Status validate_text(std::string_view text, const Field& field, const std::string& shown, Direction direction) {
  const Type& type = field.type->kind == Kind::array ? *field.type->element : *field.type;
  switch (type.kind) {
    case Kind::integer: {
      std::int64_t number = 0;
      if (!read_number(text, number)) return reject_field(shown, "\"" + std::string(text) + "\" is not a whole number");
      return is_ours(field.attr, direction) ? check_range(static_cast<double>(number), field.attr, shown) : Status();
    }
    case Kind::number: {
      double number = 0;
      if (!read_number(text, number) || !std::isfinite(number)) return reject_field(shown, "\"" + std::string(text) + "\" is not a number");
      return is_ours(field.attr, direction) ? check_range(number, field.attr, shown) : Status();
    }
    case Kind::boolean:
      if (text == "true" || text == "false" || text == "1" || text == "0") return {};
      return reject_field(shown, "must be true or false");
    default: return check_text(text, field.attr, direction, shown);
  }
}

Status validate(JsonRef value, const Field& field, Direction direction, const std::string& path) {
  if (value.is_null()) {
    if (field.attr.nullable) return {};
    return reject_field(path, "must not be null");
  }
  return check_value(value, *field.type, field.attr, direction, path);
}

Status validate(JsonRef value, const Shape& shape, Direction direction, const std::string& path) {
  if (!value.is(JsonKind::object)) return reject_field(path.empty() ? "body" : path, "must be an object");
  for (const Field& field : shape.fields) {
    JsonRef member = value.get(field.name);
    if (!member && !field.attr.alias.empty()) member = value.get(field.attr.alias);
    const std::string where = member_path(path, field.name);
    if (!member) {
      if (field.required && direction != Direction::patch && direction != Direction::sent_patch) return reject_field(where, "is required");
      continue;
    }
    if (auto status = validate(member, field, direction, where); !status) return status;
  }
  if (direction == Direction::reply && !shape.open) return refuse_undeclared(value, shape, path);
  return {};
}

}  // namespace facio
