#include "commands/librefang/config/client/schema.hpp"

#include "cli/core/text.hpp"

namespace facio::librefang {
namespace {

constexpr int kMostSteps = 32;  // a schema may refer to itself

/// Whether a value has a type, by any of the words for it; an unknown word is no reason to refuse.
bool has_type(std::string_view word, JsonRef value) {
  const bool is_integer = value.is(JsonKind::integer), is_number = is_integer || value.is(JsonKind::number);
  if (word == "string" || word == "select" || word == "text" || word == "secret") return value.is(JsonKind::string);
  if (word == "number" || word == "float") return is_number;
  if (word == "integer") return is_integer;
  if (word == "boolean" || word == "bool") return value.is(JsonKind::boolean);
  if (word == "object") return value.is(JsonKind::object);
  if (word == "null") return value.is(JsonKind::null);
  if (word == "array" || word == "string[]") return value.is(JsonKind::array);
  return true;
}

std::string must_be(std::string_view word) { return "must be of type " + std::string(word == "string[]" ? "array" : word); }

/// `value` among choices; an empty list has none to offer.
std::string outside(JsonRef choices, JsonRef value) {
  std::string all;
  for (std::size_t at = 0; at < choices.size(); ++at) {
    if (choices.at(at).dump() == value.dump()) return {};
    all += (at == 0 ? "" : ", ") + choices.at(at).dump();
  }
  return all.empty() ? std::string() : "must be one of " + all;
}

/// A field that is described by a word, or by an object with a type.
std::string against_field(JsonRef field, JsonRef value) {
  if (value.is_null()) return {};
  const JsonRef type = field.is(JsonKind::object) ? field.get("type") : field;
  if (!has_type(type.text(), value)) return must_be(type.text() == "select" ? "string" : type.text());
  return outside(field.get("options"), value);
}

/// The sections of the document: an array, or an object by name; their fields likewise.
JsonRef named(JsonRef list, std::string_view key, std::string_view name) {
  if (list.is(JsonKind::object)) return list.get(name);
  for (std::size_t at = 0; at < list.size(); ++at)
    if (list.at(at).get(key).text() == name) return list.at(at);
  return {};
}

Judgement by_sections(JsonRef sections, std::string_view path, JsonRef value) {
  const bool is_top = path.find('.') == std::string_view::npos;
  const std::string_view section = is_top ? "general" : split_off(path, '.');
  const std::string_view first = split_off(path, '.');
  const JsonRef field = named(named(sections, "name", section).get("fields"), "key", first);
  if (!field) return {is_top && named(sections, "name", first) && value.is(JsonKind::object)};
  return {true, path.empty() ? against_field(field, value) : std::string()};
}

/// JSON Schema, as far as a configuration needs it.
class Rules {
 public:
  explicit Rules(JsonRef root) : root_(root) {}

  Judgement judge(JsonRef rule, std::string_view path, JsonRef value, int steps = 0) const {
    rule = resolved(rule);
    if (!rule || steps > kMostSteps) return {};
    for (std::string_view kinds = "anyOf oneOf allOf"; !kinds.empty();)
      if (const JsonRef all = rule.get(split_off(kinds, ' '))) return of_any(all, path, value, steps);
    if (path.empty()) return {true, against(rule, value)};
    std::string_view rest = path;
    const std::string_view name = split_off(rest, '.');
    if (const JsonRef inner = rule.get("properties").get(name)) return judge(inner, rest, value, steps + 1);
    if (const JsonRef any = rule.get("additionalProperties"); any.is(JsonKind::object)) return judge(any, rest, value, steps + 1);
    return {rule.get("additionalProperties").is(JsonKind::boolean) && rule.get("additionalProperties").boolean()};
  }

 private:
  JsonRef resolved(JsonRef rule) const {
    constexpr std::string_view kHere = "#/definitions/";
    for (int steps = 0; steps < kMostSteps; ++steps) {
      const std::string_view name = rule.get("$ref").text();
      if (!name.starts_with(kHere)) return rule;
      rule = root_.get("definitions").get(name.substr(kHere.size()));
    }
    return {};
  }

  /// One of several that is content.
  Judgement of_any(JsonRef rules, std::string_view path, JsonRef value, int steps) const {
    Judgement worst;
    for (std::size_t at = 0; at < rules.size(); ++at) {
      Judgement one = judge(rules.at(at), path, value, steps + 1);
      if (one.is_known && one.problem.empty()) return one;
      if (one.is_known && (!worst.is_known || worst.problem == must_be("null"))) worst = std::move(one);
    }
    return worst;
  }

  static std::string against(JsonRef rule, JsonRef value) {
    if (value.is_null()) return {};
    const JsonRef type = rule.get("type");
    bool fits = !type || type.is(JsonKind::string) ? has_type(type.text(), value) : false;
    for (std::size_t at = 0; type.is(JsonKind::array) && at < type.size(); ++at) fits = fits || has_type(type.at(at).text(), value);
    if (!fits) return must_be(type.is(JsonKind::array) ? std::string_view(type.at(0).text()) : std::string_view(type.text()));
    if (const JsonRef choices = rule.get("enum")) return outside(choices, value);
    return {};
  }

  JsonRef root_;
};

}  // namespace

Judgement judge_setting(JsonRef schema, std::string_view path, JsonRef value) {
  if (const JsonRef sections = schema.get("sections")) return by_sections(sections, path, value);
  return Rules(schema).judge(schema, path, value);
}

}  // namespace facio::librefang
