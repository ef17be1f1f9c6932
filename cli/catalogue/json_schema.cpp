#include "cli/catalogue/json_schema.hpp"

#include <algorithm>
#include <array>

#include "cli/core/validate.hpp"

namespace facio {
namespace {

constexpr std::string_view kTypeNames[] = {"string", "integer", "number", "boolean", "object", "array", "object", {}};
std::string_view type_name(Kind kind) { return kTypeNames[static_cast<std::size_t>(kind)]; }

/// How a format is described: by a name that JSON Schema knows, by one of our own, or by a number's unit.
struct FormatNames {
  Format format;
  std::string_view standard, own, unit;
};
constexpr FormatNames kFormats[] = {{Format::time, "date-time", {}, {}},
                                    {Format::date, "date", {}, {}},
                                    {Format::url, "uri", {}, {}},
                                    {Format::zone, {}, "iana-time-zone", {}},
                                    {Format::cron, {}, "cron-expression", {}},
                                    {Format::path, {}, "workspace-path", {}},
                                    {Format::time_or_date, {}, "date-time or date", {}},
                                    {Format::epoch_ms, {}, {}, "milliseconds since 1970-01-01T00:00:00Z"},
                                    {Format::epoch_s, {}, {}, "seconds since 1970-01-01T00:00:00Z"},
                                    {Format::milliseconds, {}, {}, "milliseconds"},
                                    {Format::seconds, {}, {}, "seconds"},
                                    {Format::hours, {}, {}, "hours"},
                                    {Format::bytes, {}, {}, "bytes"}};
FormatNames names_of(Format format) {
  const auto* const found = std::ranges::find(kFormats, format, &FormatNames::format);
  return found == std::end(kFormats) ? FormatNames{} : *found;
}

}  // namespace

void ShapeSet::add(const Type& type) {
  if (type.element != nullptr) add(*type.element);
  if (type.shape != nullptr) add(*type.shape);
}

void ShapeSet::add(const Shape& shape) {
  if (std::ranges::find(shapes_, shape.name, &Shape::name) != shapes_.end()) return;
  shapes_.push_back(&shape);
  for (const Field& field : shape.fields) add(*field.type);
}

void ShapeSet::add(const Endpoint& endpoint) {
  if (endpoint.body != nullptr) add(*endpoint.body);
  if (endpoint.envelope != nullptr) add(*endpoint.envelope);
  else if (endpoint.reply != nullptr) add(*endpoint.reply);
}

void SchemaWriter::reference(std::string_view shape_name) {
  json_.begin_object().member("$ref", std::string(reference_).append(shape_name)).end_object();
}

void SchemaWriter::field(const Field& field, bool with_doc, bool partial) {
  json_.begin_object();
  if (with_doc) {
    std::string doc(field.doc);
    if (!field.attr.alias.empty()) doc.append("; also accepted as ").append(field.attr.alias);
    json_.member("description", doc);
  }
  if (field.attr.repeatable && field.type->kind != Kind::array) {
    json_.member("type", "array").key("items").begin_object();
    type(*field.type, field.attr);
    json_.end_object();
  } else {
    type(*field.type, field.attr);
    if (!partial) default_value(*field.type, field.attr);
  }
  if (field.attr.secret) json_.member("writeOnly", true);
  json_.end_object();
}

void SchemaWriter::kind(Kind kind, bool nullable) {
  if (nullable) json_.array("type", std::array<std::string_view, 2>{type_name(kind), "null"});
  else json_.member("type", type_name(kind));
}

void SchemaWriter::type(const Type& type, const Attr& attr) {
  switch (type.kind) {
    case Kind::any: return;
    case Kind::object:
      if (!attr.nullable) {
        json_.member("$ref", std::string(reference_).append(type.shape->name));
        return;
      }
      json_.key("anyOf").begin_array();
      reference(type.shape->name);
      json_.begin_object().member("type", "null").end_object().end_array();
      return;
    case Kind::array:
    case Kind::map: {
      kind(type.kind, attr.nullable);
      json_.key(type.kind == Kind::array ? "items" : "additionalProperties").begin_object();
      Attr element = attr;  // rules of a list are those of its elements
      element.nullable = false;
      this->type(*type.element, element);
      json_.end_object();
      return;
    }
    default: return scalar(type, attr);
  }
}

void SchemaWriter::scalar(const Type& type, const Attr& attr) {
  kind(type.kind, attr.nullable);
  if (type.kind == Kind::string) string_rules(attr);
  if (type.kind == Kind::integer || type.kind == Kind::number) number_rules(attr);
}

void SchemaWriter::string_rules(const Attr& attr) {
  choices(attr);
  json_.member_if("format", attr.secret ? "password" : names_of(attr.format).standard);
  json_.member_if("x-format", names_of(attr.format).own);
  if (attr.format == Format::base64) json_.member("contentEncoding", "base64");
  if (attr.not_blank) json_.member("minLength", 1);
  if (attr.max_length != 0) json_.member("maxLength", attr.max_length);
  if (const Pattern* pattern = find_pattern(attr.pattern); pattern != nullptr) json_.member("pattern", pattern->regex);
}

void SchemaWriter::number_rules(const Attr& attr) {
  if (attr.min != -kNoLimit) json_.member("minimum", attr.min);
  if (attr.max != kNoLimit) json_.member("maximum", attr.max);
  json_.member_if("x-unit", names_of(attr.format).unit);
}

void SchemaWriter::choices(const Attr& attr) {
  const std::span<const std::string_view> choices = attr.format == Format::system ? systems_ : attr.choices;
  if (choices.empty()) return;
  json_.key("enum").begin_array();
  for (const std::string_view choice : choices) json_.value(choice);
  if (attr.nullable) json_.raw("null");
  json_.end_array();
}

void SchemaWriter::default_value(const Type& type, const Attr& attr) {
  if (attr.default_text.empty()) return;
  switch (type.kind) {
    case Kind::integer:
    case Kind::number:
    case Kind::boolean: json_.key("default").raw(attr.default_text); break;
    case Kind::string: json_.member("default", attr.default_text); break;
    case Kind::array: json_.array("default", std::span(&attr.default_text, 1)); break;
    default: break;
  }
}

void SchemaWriter::shape(const Shape& shape, bool partial) {
  json_.begin_object().member("type", "object").member("description", shape.doc);
  if (!shape.fields.empty()) {
    json_.key("properties").begin_object();
    for (const Field& one : shape.fields) {
      json_.key(one.name);
      field(one, true, partial);
    }
    json_.end_object();
  }
  if (!partial && std::ranges::any_of(shape.fields, &Field::required))
    json_.array("required", shape.fields, &Field::required, [this](const Field& one) { json_.value(one.name); });
  if (shape.open) json_.member("additionalProperties", true);
  json_.end_object();
}

}  // namespace facio
