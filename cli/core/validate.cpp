#include "cli/core/validate.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/core/cron_expression.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/forms.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

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
    case Format::base64:
      if (base64_decode(text)) return {};
      return reject_field(shown, "is no base64; encode the bytes with padding and without line breaks");
    case Format::json_object: {
      const auto document = JsonDocument::parse(text);
      if (!document) return reject_field(shown, "must be a JSON object: " + document.error().message());
      if (document->root().kind() != JsonKind::object) return reject_field(shown, "must be a JSON object");
      return {};
    }
    default: return {};
  }
}

bool is_sent(Direction direction) { return direction == Direction::sent || direction == Direction::sent_patch; }
/// Whether choices and range hold.
bool is_ours(const Attr& attr, Direction direction) { return !attr.agent_decides || !is_sent(direction); }

/// The choices, without the empty text that takes a value back.
std::string named(std::span<const std::string_view> choices) {
  std::string all;
  for (const std::string_view choice : choices)
    if (!choice.empty()) all.append(all.empty() ? "" : ", ").append(choice);
  return all;
}

std::string problem(const Pattern& pattern) {
  return pattern.says.empty() ? "must match " + std::string(pattern.regex) : std::string(pattern.says);
}

/// A string against its format and named pattern.
Status check_text(std::string_view text, const Attr& attr, Direction direction, const std::string& shown) {
  if (attr.not_blank && is_blank(text)) return reject_field(shown, "must not be blank");
  if (attr.max_length != 0 && (attr.secret ? text.size() : count_characters(text)) > attr.max_length)
    return reject_field(shown, "is over " + std::to_string(attr.max_length) + (attr.secret ? " bytes" : " characters"));
  if (!attr.choices.empty() && is_ours(attr, direction)) {
    if (std::ranges::find(attr.choices, text) != attr.choices.end()) return {};
    return reject_field(shown, "must be one of " + named(attr.choices));
  }
  if (const Pattern* pattern = find_pattern(attr.pattern); pattern != nullptr && is_ours(attr, direction) && !pattern->matches(text))
    return reject_field(shown, problem(*pattern));
  if (attr.format == Format::zone && !is_ours(attr, direction)) return {};  // the agent may have a newer list of zones
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

/// Whether it is a number without a fraction, as 60.0: to JSON Schema that is an integer.
bool is_whole(JsonRef value) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (value.kind() != JsonKind::number || value.number() < -kExact || value.number() > kExact) return false;
  return static_cast<double>(static_cast<std::int64_t>(value.number())) == value.number();
}

Status check_number(JsonRef value, const Type& type, const Attr& attr, Direction direction, const std::string& path) {
  const bool whole = value.kind() == JsonKind::integer;
  if (type.kind == Kind::integer && !whole && !is_whole(value)) return reject_field(path, "must be a whole number");
  if (!whole && value.kind() != JsonKind::number) return reject_field(path, "must be a number");
  return is_ours(attr, direction) ? check_range(value.number(), attr, path) : Status();
}

Status check_value(JsonRef value, const Type& type, const Attr& attr, Direction direction, const std::string& path);

Status check_count(std::size_t count, const Attr& attr, const std::string& path) {
  const auto elements = [](std::uint32_t number) { return std::to_string(number) + (number == 1 ? " element" : " elements"); };
  const Pattern* const named = find_pattern(attr.pattern);  // a list of objects may have one that says what is wanted of it
  const bool wrong = count < attr.min_items || (attr.max_items != 0 && count > attr.max_items);
  if (wrong && named != nullptr && !named->says.empty()) return reject_field(path, std::string(named->says));
  if (count < attr.min_items) return reject_field(path, "must have at least " + elements(attr.min_items));
  if (attr.max_items != 0 && count > attr.max_items) return reject_field(path, "must have at most " + elements(attr.max_items));
  return {};
}

/// The member of a map at a position.
Status check_member(JsonRef value, std::size_t position, const Type& type, const Attr& attr, Direction direction, const std::string& path) {
  const std::string_view name = value.name_at(position);
  if (const Pattern* pattern = find_pattern(attr.names); pattern != nullptr && direction != Direction::reply && !pattern->matches(name))
    return reject_field(path, "\"" + std::string(name) + "\" " + problem(*pattern));
  return check_value(value.at(position), *type.element, attr, direction, member_path(path, name));
}

/// A boolean of which only one value is taken.
Status check_boolean(bool value, const Attr& attr, Direction direction, const std::string& path) {
  if (attr.choices.empty() || !is_ours(attr, direction) || attr.choices.front() == (value ? "true" : "false")) return {};
  return reject_field(path, "must be " + std::string(attr.choices.front()));
}

/// An open value whose JSON types are declared.
Status check_json_type(JsonRef value, const Attr& attr, const std::string& path) {
  constexpr std::string_view kNames[] = {"null", "boolean", "integer", "number", "string", "array", "object"};
  if (attr.json_types.empty()) return {};
  std::string wanted;
  for (std::string_view rest = attr.json_types; !rest.empty();) {
    const std::string_view word = split_off(rest, ' ');
    if (word == kNames[static_cast<std::size_t>(value.kind())] || (word == "number" && value.is(JsonKind::integer))) return {};
    wanted.append(wanted.empty() ? "" : " or ").append(word.find_first_of("aeiou") == 0 ? "an " : "a ").append(word);
  }
  return reject_field(path, "must be " + wanted);
}

Status check_value(JsonRef value, const Type& type, const Attr& attr, Direction direction, const std::string& path) {
  switch (type.kind) {
    case Kind::string: return check_string(value, attr, direction, path);
    case Kind::integer:
    case Kind::number: return check_number(value, type, attr, direction, path);
    case Kind::boolean:
      if (value.kind() != JsonKind::boolean) return reject_field(path, "must be true or false");
      return check_boolean(value.boolean(), attr, direction, path);
    case Kind::object:
      if (value.kind() != JsonKind::object) return reject_field(path, "must be an object");
      return validate(value, *type.shape, direction, path);
    case Kind::array:
      if (value.kind() != JsonKind::array) return reject_field(path, "must be an array");
      if (direction != Direction::reply && is_ours(attr, direction))
        if (auto status = check_count(value.size(), attr, path); !status) return status;
      for (std::size_t i = 0; i < value.size(); ++i)
        if (auto status = check_value(value.at(i), *type.element, attr, direction, path + "[" + std::to_string(i) + "]"); !status)
          return status;
      return {};
    case Kind::map:
      if (value.kind() != JsonKind::object) return reject_field(path, "must be an object");
      for (std::size_t i = 0; i < value.size(); ++i)
        if (auto status = check_member(value, i, type, attr, direction, path); !status) return status;
      return {};
    case Kind::any: return check_json_type(value, attr, path);
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
  if (direction == Direction::reply) return shape.open ? Status() : refuse_undeclared(value, shape, path);
  return check_forms(value, shape, direction, path);
}

}  // namespace facio
