#include "cli/command_line/values.hpp"

#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/validate.hpp"

namespace facio {
namespace {

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

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

/// Whether a time is the end of a span, by the names that all systems have for it: a day that is typed for it means its last instant.
bool ends_span(const Field& field) { return field.name == "to" || field.name == "until"; }

Result<std::string> instant_text(const Field& field, std::string_view text, const std::string& shown, const TimeRule& times) {
  const Format format = field.attr.format;
  const bool number = field.type->kind != Kind::string;
  if (number && all_digits(text) && text.size() >= (format == Format::epoch_ms ? 12U : 9U)) return std::string(text);
  const auto typed = parse_typed_time(text, times);
  if (!typed) return bad(shown, typed.error());
  if (format == Format::date) return format_date(typed->day * kDayMs);
  const std::int64_t instant = ends_span(field) ? typed->last_ms : typed->first_ms;
  if (!number) return format_rfc3339(instant);
  return std::to_string(format == Format::epoch_s ? instant / 1000 : instant);
}

/// Whether people write such a number in another form than it is sent.
bool has_typed_form(Format format) {
  constexpr Format formats[] = {Format::epoch_ms, Format::epoch_s, Format::milliseconds, Format::seconds, Format::hours};
  return std::ranges::find(formats, format) != std::end(formats);
}

/// The text that is sent, where a person types another form.
Result<std::string> converted(const Field& field, std::string_view text, const std::string& shown, const TimeRule& times,
                              bool bare_numbers) {
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
    case Format::epoch_s: return instant_text(field, text, shown, times);
    case Format::system: {
      Field of_systems = field;
      const auto names = choices_of(field);
      of_systems.attr.choices = names;
      if (auto status = validate_text(text, of_systems, shown); !status) return bad(shown, status.error());
      return std::string(text);
    }
    default: return std::string(text);
  }
}

/// The field of one element of an array or map: same attributes, the element's type.
Field element_of(const Field& field) {
  Field element = field;
  if ((field.type->kind == Kind::array || field.type->kind == Kind::map) && field.type->element != nullptr)
    element.type = field.type->element;
  return element;
}

void collect_assignable(const Shape& shape, const std::string& prefix, std::vector<std::string>& keys) {
  for (const Field& field : shape.fields) {
    const std::string path = prefix + std::string(field.name);
    keys.push_back(path);
    if (field.type->kind == Kind::object && field.type->shape != nullptr) collect_assignable(*field.type->shape, path + ".", keys);
  }
}

/// The members that hold a text where a number with a meaning is sent.
void collect_texts(JsonRef value, const Shape& shape, const std::string& prefix, std::vector<std::pair<std::string, const Field*>>& texts) {
  for (const Field& field : shape.fields) {
    const JsonRef member = value.get(field.name);
    const std::string path = prefix + std::string(field.name);
    if (member.is(JsonKind::object) && field.type->kind == Kind::object) collect_texts(member, *field.type->shape, path + ".", texts);
    const bool number = field.type->kind == Kind::integer || field.type->kind == Kind::number;
    if (number && has_typed_form(field.attr.format) && member.is(JsonKind::string)) texts.emplace_back(path, &field);
  }
}

std::string unknown_key(const Shape& shape, const std::string& key) {
  std::vector<std::string> keys;
  collect_assignable(shape, {}, keys);
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  std::string message = "unknown key '" + key + "'";
  std::string_view near = nearest(key, views);
  if (near.empty()) {  // "headless" for "browser.playwright.headless"
    const auto tail = std::ranges::find_if(views, [&](std::string_view known) { return known.ends_with("." + key); });
    if (tail != views.end()) near = *tail;
  }
  if (!near.empty()) message += "; did you mean " + std::string(near) + "?";
  return message;
}

/// A value of a key that only the agent knows; of a key given several times, all of them.
std::string undeclared_json(const std::vector<std::string_view>& values) {
  std::vector<std::string> elements;
  elements.reserve(values.size());
  for (const std::string_view value : values) elements.push_back(untyped_json(value));
  return elements.size() == 1 ? elements.front() : "[" + joined(elements, ",") + "]";
}

/// The field at a dotted path; null when there is none. `open` says whether the path may be set all the same.
const Field* field_at(const Shape& shape, std::string_view dotted, bool& open) {
  const auto dot = dotted.find('.');
  const Field* field = shape.find(dotted.substr(0, dot));
  open = field == nullptr && shape.open;
  if (field == nullptr || dot == std::string_view::npos) return field;
  open = field->type->kind == Kind::map || field->type->kind == Kind::any;
  return field->type->shape == nullptr || open ? nullptr : field_at(*field->type->shape, dotted.substr(dot + 1), open);
}

Result<std::string> list_json(const Field& field, const std::string& key, const std::vector<std::string_view>& values,
                              const TimeRule& times) {
  if (values.size() == 1 && values[0].starts_with('[')) {
    if (auto parsed = JsonDocument::parse(values[0]); !parsed) return fail_field(Code::usage, key, key + ": " + parsed.error().message());
    return std::string(values[0]);
  }
  std::vector<std::string> elements;
  for (const std::string_view value : values) {
    if (values.size() == 1 && value.empty()) break;  // `key=` empties the list
    auto json = json_text(field, value, key, times, true);
    if (!json) return json;
    elements.push_back(std::move(*json));
  }
  return "[" + joined(elements, ",") + "]";
}

Status assign_one(JsonDocument& document, const Shape& shape, const std::string& key, const std::vector<std::string_view>& values,
                  const TimeRule& times, std::vector<std::string>& doubts) {
  bool open = false;
  const Field* field = field_at(shape, key, open);
  if (field == nullptr) {
    if (!open) doubts.push_back(unknown_key(shape, key));
    return document.set_json(key, undeclared_json(values));
  }
  if (field->attr.nullable && values.size() == 1 && values[0] == "null") {
    document.set_null(key);
    return {};
  }
  if (field->attr.secret)
    return fail_field(Code::usage, key, key + ": secrets are not accepted as arguments; put them into a file and use -f FILE");
  const bool list = field->type->kind == Kind::array;
  if (!list && values.size() > 1)
    return fail_field(Code::usage, key, key + ": given " + std::to_string(values.size()) + " times; give it once");
  auto json = list ? list_json(*field, key, values, times) : json_text(*field, values[0], key, times, true);
  if (!json) return fail(std::move(json.error()));
  return document.set_json(key, *json);
}

}  // namespace

Result<std::string> wire_text(const Field& field, std::string_view text, const std::string& shown, const TimeRule& times,
                              bool bare_numbers) {
  const Field element = element_of(field);
  auto wire = converted(element, text, shown, times, bare_numbers);
  if (!wire) return wire;
  if (element.type->kind == Kind::object || element.type->kind == Kind::any || element.type->kind == Kind::map) return wire;
  if (auto status = validate_text(*wire, element, shown, Direction::sent); !status) return bad(shown, status.error());
  return wire;
}

Result<std::string> json_text(const Field& field, std::string_view text, const std::string& shown, const TimeRule& times,
                              bool bare_numbers) {
  auto wire = wire_text(field, text, shown, times, bare_numbers);
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

std::string untyped_json(std::string_view text) {
  const bool structured = text.starts_with('{') || text.starts_with('[') || text.starts_with('"');
  return structured && JsonDocument::parse(text) ? std::string(text) : plain_scalar_json(text);
}

Status convert_typed(JsonDocument& document, const Shape& shape, const TimeRule& times) {
  std::vector<std::pair<std::string, const Field*>> texts;
  collect_texts(document.root(), shape, {}, texts);
  for (const auto& [path, field] : texts) {
    auto json = json_text(*field, document.root().find(path).string(), path, times, false);
    if (!json) return fail(std::move(json.error()));
    if (auto status = document.set_json(path, *json); !status) return status;
  }
  return {};
}

Status assign(JsonDocument& document, const Shape& shape, std::span<const std::string> assignments, const TimeRule& times,
              std::vector<std::string>& doubts) {
  std::vector<std::pair<std::string, std::vector<std::string_view>>> grouped;
  for (const std::string& text : assignments) {
    const auto equal = text.find('=');
    if (equal == std::string::npos || equal == 0) return fail(Code::usage, "'" + text + "': expected KEY=VALUE");
    const std::string key = text.substr(0, equal);
    auto found = std::ranges::find(grouped, key, [](const auto& entry) { return entry.first; });
    if (found == grouped.end()) found = grouped.insert(grouped.end(), {key, {}});
    found->second.push_back(std::string_view(text).substr(equal + 1));
  }
  for (const auto& [key, values] : grouped)
    if (auto status = assign_one(document, shape, key, values, times, doubts); !status) return status;
  return {};
}

}  // namespace facio
