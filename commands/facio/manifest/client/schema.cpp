#include "commands/facio/manifest/client/schema.hpp"

#include <algorithm>
#include <map>

#include "cli/catalogue/json_writer.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/manifest/client/document.hpp"
#include "commands/facio/manifest/client/service.hpp"

namespace facio::manifest {
namespace {

std::string text_of(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

/// What a member may be, and what it means.
std::string any_of(const std::vector<std::string>& alternatives, std::string_view doc) {
  ObjectText schema;
  if (!doc.empty()) schema.add("description", text_of(doc));
  if (!alternatives.empty()) schema.add("anyOf", "[" + join(alternatives, ",") + "]");
  return schema.closed();
}

/// What values are like. Rules that agents differ in are left to them.
class Values {
 public:
  Values(bool takes_secrets, bool clears) : takes_secrets_(takes_secrets), clears_(clears) {}

  std::string of(const Field& field) const {
    std::vector<std::string> ways = ways_of(*field.type, field.attr);
    if (!ways.empty() && (clears_ || field.attr.nullable)) ways.emplace_back(R"({"type":"null"})");
    return any_of(ways, field.doc);
  }

 private:
  [[nodiscard]] std::vector<std::string> ways_of(const Type& type, const Attr& attr) const {
    switch (type.kind) {
      case Kind::any: return {};
      case Kind::object: return {object_schema(*type.shape, {.takes_secrets = takes_secrets_, .clears = clears_})};
      case Kind::array: return {R"({"type":"array","items":)" + any_of(ways_of(*type.element, attr), {}) + "}"};
      case Kind::map: return {R"({"type":"object","additionalProperties":)" + any_of(ways_of(*type.element, attr), {}) + "}"};
      case Kind::boolean: return {R"({"type":"boolean"})"};
      case Kind::string: return text_ways(attr);
      default: return number_ways(type, attr);
    }
  }
  [[nodiscard]] std::vector<std::string> text_ways(const Attr& attr) const {
    std::vector<std::string> ways;
    ObjectText text;
    if (attr.secret) text.add("const", text_of(kMask));
    else text.add("type", R"("string")");
    if (!attr.choices.empty() && !attr.agent_decides && !attr.secret) text.add("enum", "[" + join(attr.choices, ",", text_of) + "]");
    ways.push_back(text.closed());
    if (takes_secrets_ || attr.secret) ways.emplace_back(R"({"$ref":"#/$defs/secret"})");
    return ways;
  }
  /// Durations, sizes and times are also written with their units.
  static std::vector<std::string> number_ways(const Type& type, const Attr& attr) {
    JsonWriter number;
    number.begin_object().member("type", type.kind == Kind::integer ? "integer" : "number");
    if (attr.min != -kNoLimit && !attr.agent_decides) number.member("minimum", attr.min);
    if (attr.max != kNoLimit && !attr.agent_decides) number.member("maximum", attr.max);
    std::vector<std::string> ways = {number.end_object().take()};
    if (attr.format != Format::none) ways.emplace_back(R"({"type":"string"})");
    return ways;
  }

  bool takes_secrets_, clears_;
};

/// The keys of one object, and those of objects in it by dotted names.
void add_keys(const Shape& shape, const std::string& path, const KeysSchema& keys, ObjectText& members) {
  const Values values(false, true);
  for (const Field& field : shape.fields) {
    const std::string at = path.empty() ? std::string(field.name) : path + "." + std::string(field.name);
    if (std::ranges::find(keys.left_out, at) != keys.left_out.end()) continue;
    const bool nested = field.type->kind == Kind::object;
    if (nested) {
      ObjectText inner;
      add_keys(*field.type->shape, {}, {}, inner);
      members.add(at, R"({"type":["object","null"],"additionalProperties":false,"properties":)" + inner.closed() + "}");
      add_keys(*field.type->shape, at, keys, members);
    } else {
      members.add(at, values.of(field));
    }
  }
}

constexpr std::string_view kDefinitions =
    R"({"secret":{"type":"object","description":"a secret, which is read when the manifest is applied","required":["valueFrom"],)"
    R"("additionalProperties":false,"properties":{"valueFrom":{"$ref":"#/$defs/source"}}},)"
    R"("source":{"description":"where the value is read","anyOf":[)"
    R"({"type":"object","additionalProperties":false,"required":["env"],"properties":{"env":{"type":"string","minLength":1}}},)"
    R"({"type":"object","additionalProperties":false,"required":["file"],"properties":{"file":{"type":"string","minLength":1}}},)"
    R"({"type":"object","additionalProperties":false,"required":["exec"],"properties":)"
    R"({"exec":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":100}}},)"
    R"({"type":"object","additionalProperties":false,"required":["op"],"properties":{"op":{"type":"string","pattern":"^op://"}}},)"
    R"({"type":"object","additionalProperties":false,"required":["age","identity"],)"
    R"("properties":{"age":{"type":"string","minLength":1},"identity":{"type":"string","minLength":1}}}]}})";

}  // namespace

std::string object_schema(const Shape& shape, const ObjectSchema& object) {
  if (takes_all(shape)) {
    ObjectText members;
    for (const auto& [name, schema] : object.further) members.add(name, schema);
    return R"({"type":"object","properties":)" + members.closed() + "}";
  }
  const Values values(object.takes_secrets, object.clears);
  ObjectText members;
  std::vector<std::string> required;
  for (const Field& field : shape.fields) {
    const auto other = std::ranges::find(object.replaced, field.name, [](const auto& one) { return std::string_view(one.first); });
    members.add(field.name, other == object.replaced.end() ? values.of(field) : other->second);
    if (field.required && !field.attr.secret && field.name != object.named && other == object.replaced.end())
      required.push_back(text_of(field.name));
  }
  for (const auto& [name, schema] : object.further)
    if (shape.find(name) == nullptr) members.add(name, schema);
  ObjectText whole;
  whole.add("type", R"("object")");
  whole.add("description", text_of(shape.doc));
  whole.add("properties", members.closed());
  if (!required.empty()) whole.add("required", "[" + join(required, ",") + "]");
  if (!object.one_of.empty())
    whole.add("anyOf",
              "[" + join(split(object.one_of, ' '), ",", [](auto name) { return "{\"required\":[" + text_of(name) + "]}"; }) + "]");
  if (!shape.open) whole.add("additionalProperties", "false");
  return whole.closed();
}

std::string keys_schema(const Shape& shape, const KeysSchema& keys) {
  ObjectText members;
  add_keys(shape, {}, keys, members);
  for (const auto& [name, schema] : keys.further) members.add(name, schema);
  return R"({"type":["object","null"],"additionalProperties":false,"properties":)" + members.closed() + "}";
}

std::string map_schema(const std::string& value) { return R"({"type":["object","null"],"additionalProperties":)" + value + "}"; }

std::string manifest_schema() {
  constexpr std::string_view kNoted = R"("patternProperties":{"^x-":true},"additionalProperties":false)";
  ObjectText sections;
  sections.add("apiVersion", R"({"const":)" + text_of(kApiVersion) + "}");
  sections.add("kind", R"({"const":)" + text_of(kDocumentKind) + "}");
  sections.add("metadata",
               R"({"type":"object","properties":{"name":{"type":"string","minLength":1},"owner":{"type":"string","minLength":1,)"
               R"("description":"who manages what the manifest has"}},)" +
                   std::string(kNoted) + "}");
  std::map<std::string, ObjectText, std::less<>> outer;  // sections that only hold others
  for (const ManifestKind* kind : kinds()) {
    const auto dot = kind->section().find('.');
    const std::string head(kind->section().substr(0, dot));
    if (dot == std::string_view::npos) sections.add(head, kind->schema());
    else if (std::ranges::find(kinds(), head, &ManifestKind::section) == kinds().end())
      outer[head].add(kind->section().substr(dot + 1), kind->schema());
  }
  for (const auto& [name, members] : outer)
    sections.add(name, R"({"type":"object","properties":)" + members.closed() + "," + std::string(kNoted) + "}");
  ObjectText whole;
  whole.add("$schema", R"("https://json-schema.org/draft/2020-12/schema")");
  whole.add("title", R"("Manifest of a Facio agent")");
  whole.add("type", R"("object")");
  whole.add("required", R"(["apiVersion","kind"])");
  whole.add("properties", sections.closed());
  whole.add("patternProperties", R"({"^x-":true})");
  whole.add("additionalProperties", "false");
  whole.add("$defs", kDefinitions);
  return whole.closed();
}

}  // namespace facio::manifest
