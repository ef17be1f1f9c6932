#include "commands/facio/runtime/models/outgoing_tools.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestName = 64, kLongestSchema = std::size_t{128} * 1024;
constexpr int kMostSchemas = 256;  // that a root and its alternatives may name, each time they do
constexpr std::string_view kNoArguments = R"({"type":"object","properties":{}})";
constexpr std::array<std::string_view, 13> kRootOnly = {"type",  "properties", "required", "oneOf", "anyOf", "allOf",  "not",
                                                        "const", "enum",       "if",       "then",  "else",  "$schema"};

bool is_call_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

/// Whether the schema names this type, alone or among others.
bool names_type(JsonRef schema, std::string_view name) {
  const JsonRef type = schema.get("type");
  if (!type.is(JsonKind::array)) return type.text() == name;
  for (std::size_t i = 0; i < type.size(); ++i)
    if (type.at(i).text() == name) return true;
  return false;
}

bool may_be_object(JsonRef schema) { return schema.is(JsonKind::object) && (!schema.get("type") || names_type(schema, "object")); }

/// A value of a schema as it stands, but that arrays have items, which some providers want.
void write_inner(JsonWriter& out, JsonRef value) {
  if (value.is(JsonKind::array)) {
    out.begin_array();
    for (std::size_t i = 0; i < value.size(); ++i) write_inner(out, value.at(i));
    out.end_array();
    return;
  }
  if (!value.is(JsonKind::object)) {
    out.raw(value.dump());
    return;
  }
  out.begin_object();
  for (std::size_t i = 0; i < value.size(); ++i) {
    out.key(value.name_at(i));
    write_inner(out, value.at(i));
  }
  if (names_type(value, "array") && !value.get("items") && !value.get("prefixItems")) out.key("items").raw("{}");
  out.end_object();
}

std::string inner_text(JsonRef value) {
  JsonWriter out;
  write_inner(out, value);
  return out.take();
}

/// The properties that a schema and its alternatives have, in their order.
class RootProperties {
 public:
  explicit RootProperties(JsonRef root) : root_(root) {}

  /// Whether the schema can be that of an object; `required` gets the names that it requires.
  bool gather(JsonRef schema, std::set<std::string, std::less<>>& required) {
    if (++seen_ > kMostSchemas) return false;
    if (const JsonRef named = schema.get("$ref")) return gather(target_of(named.text()), required);
    if (!may_be_object(schema)) return false;
    const JsonRef own = schema.get("properties");
    if (own && !own.is(JsonKind::object)) return false;
    for (std::size_t i = 0; own && i < own.size(); ++i) add(own.name_at(i), own.at(i));
    const JsonRef names = schema.get("required");
    for (std::size_t i = 0; names.is(JsonKind::array) && i < names.size(); ++i) required.insert(names.at(i).text());
    for (const std::string_view word : {"oneOf", "anyOf"})
      if (!gather_either(schema.get(word), required)) return false;
    return gather_all(schema.get("allOf"), required);
  }
  [[nodiscard]] bool too_many() const { return seen_ > kMostSchemas; }

  void write(JsonWriter& out, const std::set<std::string, std::less<>>& required) const {
    out.key("properties").begin_object();
    for (const std::string& name : order_) {
      const std::vector<std::string>& forms = forms_.at(name);
      out.key(name);
      if (forms.size() == 1) {
        out.raw(forms.front());
        continue;
      }
      out.begin_object().key("anyOf").begin_array();
      for (const std::string& form : forms) out.raw(form);
      out.end_array().end_object();
    }
    out.end_object();
    if (std::ranges::none_of(order_, [&](const std::string& name) { return required.contains(name); })) return;
    out.key("required").begin_array();
    for (const std::string& name : order_)
      if (required.contains(name)) out.value(name);
    out.end_array();
  }

 private:
  void add(std::string_view name, JsonRef schema) {
    auto& forms = forms_[std::string(name)];
    if (forms.empty()) order_.emplace_back(name);
    if (std::string text = inner_text(schema); std::ranges::find(forms, text) == forms.end()) forms.push_back(std::move(text));
  }
  /// One of these holds: what all of them require is required.
  bool gather_either(JsonRef alternatives, std::set<std::string, std::less<>>& required) {
    if (!alternatives.is(JsonKind::array) || alternatives.size() == 0) return true;
    std::map<std::string, std::size_t, std::less<>> counts;
    std::size_t objects = 0;
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      std::set<std::string, std::less<>> own;
      if (!gather(alternatives.at(i), own)) {
        if (too_many()) return false;
        continue;
      }
      ++objects;
      for (const std::string& name : own) ++counts[name];
    }
    for (const auto& [name, count] : counts)
      if (count == objects) required.insert(name);
    return objects > 0;
  }
  bool gather_all(JsonRef parts, std::set<std::string, std::less<>>& required) {
    for (std::size_t i = 0; parts.is(JsonKind::array) && i < parts.size(); ++i)
      if (!gather(parts.at(i), required)) return false;
    return true;
  }
  /// What "#/$defs/NAME" or "#/definitions/NAME" stands for.
  [[nodiscard]] JsonRef target_of(std::string_view pointer) const {
    for (const std::string_view place : {"$defs", "definitions"})
      if (const std::string start = "#/" + std::string(place) + "/"; pointer.starts_with(start))
        return root_.get(place).get(pointer.substr(start.size()));
    return {};
  }

  const JsonRef root_;
  int seen_ = 0;
  std::vector<std::string> order_;
  std::map<std::string, std::vector<std::string>, std::less<>> forms_;
};

}  // namespace

Result<std::string> outgoing_schema(std::string_view schema) {
  if (is_blank(schema)) return std::string(kNoArguments);
  if (schema.size() > kLongestSchema) return fail(Code::rejected, "its schema is longer than 128 KiB");
  const auto document = JsonDocument::parse(schema);
  if (!document) return fail(Code::rejected, "its schema is not JSON: " + document.error().message());
  const JsonRef root = document->root();
  if (root.is_null() || (root.is(JsonKind::boolean) && root.boolean())) return std::string(kNoArguments);
  RootProperties properties(root);
  std::set<std::string, std::less<>> required;
  if (!properties.gather(root, required))
    return fail(Code::rejected, properties.too_many() ? "its schema has too many alternatives" : "its schema is not an object schema");
  JsonWriter out;
  out.begin_object().member("type", "object");
  properties.write(out, required);
  for (std::size_t i = 0; i < root.size(); ++i) {
    const std::string_view name = root.name_at(i);
    if (name == "$ref" || std::ranges::find(kRootOnly, name) != kRootOnly.end()) continue;
    out.key(name);
    write_inner(out, root.at(i));
  }
  return out.end_object().take();
}

OutgoingTools outgoing_tools(std::vector<ToolInfo> tools) {
  OutgoingTools all;
  for (ToolInfo& tool : tools) {
    auto schema = outgoing_schema(tool.parameters);
    if (!is_call_name(tool.name) || !schema) {
      all.left_out.push_back({tool.known_as(), schema ? "models cannot call its name" : schema.error().message()});
      continue;
    }
    tool.parameters = std::move(*schema);
    all.tools.push_back(std::move(tool));
  }
  return all;
}

}  // namespace facio::serve
