#include "cli/command_line/values.hpp"

#include <algorithm>
#include <charconv>

#include "cli/catalogue/system.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/json.hpp"
#include "cli/core/time.hpp"
#include "cli/core/validate.hpp"

namespace facio {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

tl::unexpected<Error> bad(const std::string& shown, const Error& why) {
  std::string message = why.message().starts_with(shown) ? why.message() : shown + ": " + why.message();
  Error error(Code::usage, std::move(message));
  return fail(std::move(error).with_field(shown).with_hint(why.hint()));
}

Result<std::string> duration_text(const Field& field, std::string_view text, const std::string& shown, bool bare_numbers) {
  if (all_digits(text) && (bare_numbers || text == "0")) return std::string(text);
  auto duration = parse_duration(text);
  if (!duration) return bad(shown, duration.error());
  const std::int64_t unit = field.attr.format == Format::hours ? 3'600'000 : field.attr.format == Format::seconds ? 1000 : 1;
  if (*duration % unit != 0)
    return fail_field(Code::usage, shown,
                      shown + ": '" + std::string(text) + "' is not a whole number of " + (unit == 1000 ? "seconds" : "hours"));
  return std::to_string(*duration / unit);
}

Result<std::string> instant_text(const Field& field, std::string_view text, const std::string& shown, std::int64_t now) {
  const Format format = field.attr.format;
  const bool number = field.type->kind != Kind::string;
  if (number && all_digits(text) && text.size() >= (format == Format::epoch_ms ? 12U : 9U)) return std::string(text);
  if (!number && format != Format::time && parse_date(text)) return std::string(text);
  auto instant = parse_instant(text, now);
  if (!instant) return bad(shown, instant.error());
  if (format == Format::date) return format_date(*instant);
  if (!number) return format_rfc3339(*instant);
  return std::to_string(format == Format::epoch_s ? *instant / 1000 : *instant);
}

/// Values that are typed in another form than they travel in.
Result<std::string> converted(const Field& field, std::string_view text, const std::string& shown, std::int64_t now, bool bare_numbers) {
  const Kind kind = field.type->kind;
  const bool number = kind == Kind::integer || kind == Kind::number;
  switch (field.attr.format) {
    case Format::milliseconds:
    case Format::seconds:
    case Format::hours: return number ? duration_text(field, text, shown, bare_numbers) : Result<std::string>(text);
    case Format::time:
    case Format::time_or_date:
    case Format::date:
    case Format::epoch_ms:
    case Format::epoch_s: return instant_text(field, text, shown, now);
    case Format::system: {
      Field choosing = field;
      const auto names = choices_of(field);
      choosing.attr.choices = names;
      if (auto status = validate_text(text, choosing, shown); !status) return bad(shown, status.error());
      return std::string(text);
    }
    default: return std::string(text);
  }
}

}  // namespace

Field element_of(const Field& field) {
  Field element = field;
  if ((field.type->kind == Kind::array || field.type->kind == Kind::map) && field.type->element != nullptr)
    element.type = field.type->element;
  return element;
}

Result<std::string> wire_text(const Field& field, std::string_view text, const std::string& shown, std::int64_t now, bool bare_numbers) {
  const Field element = element_of(field);
  auto wire = converted(element, text, shown, now, bare_numbers);
  if (!wire) return wire;
  if (element.type->kind == Kind::object || element.type->kind == Kind::any || element.type->kind == Kind::map) return wire;
  if (auto status = validate_text(*wire, element, shown); !status) return bad(shown, status.error());
  return wire;
}

Result<std::string> json_text(const Field& field, std::string_view text, const std::string& shown, std::int64_t now, bool bare_numbers) {
  auto wire = wire_text(field, text, shown, now, bare_numbers);
  if (!wire) return wire;
  switch (element_of(field).type->kind) {
    case Kind::string: {
      std::string quoted;
      append_json_string(quoted, *wire);
      return quoted;
    }
    case Kind::boolean: return std::string(*wire == "true" || *wire == "1" ? "true" : "false");
    case Kind::integer:
    case Kind::number: {
      if (wire->starts_with('+')) wire->erase(0, 1);
      if (JsonDocument::parse(*wire)) return wire;
      return fail_field(Code::usage, shown, shown + ": '" + *wire + "' is not a number");
    }
    default: break;
  }
  if (auto parsed = JsonDocument::parse(*wire); !parsed)
    return fail(Error(Code::usage, shown + ": must be JSON text: " + parsed.error().message()).with_field(shown));
  return wire;
}

std::string guessed_json(std::string_view text) { return plain_scalar_json(text); }

}  // namespace facio
