#include "cli/catalogue/json_schema.hpp"

#include <algorithm>

#include "cli/core/validate.hpp"

namespace facio {
namespace {

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::string: return "string";
    case Kind::integer: return "integer";
    case Kind::number: return "number";
    case Kind::boolean: return "boolean";
    case Kind::array: return "array";
    case Kind::object:
    case Kind::map: return "object";
    case Kind::any: break;
  }
  return {};
}

/// The standard name of a string's format; empty when there is none.
std::string_view standard_format(Format format) {
  switch (format) {
    case Format::time: return "date-time";
    case Format::date: return "date";
    case Format::url: return "uri";
    default: return {};
  }
}

/// What a string is when the standard has no name for it.
std::string_view own_format(Format format) {
  switch (format) {
    case Format::zone: return "iana-time-zone";
    case Format::cron: return "cron-expression";
    case Format::path: return "workspace-path";
    case Format::time_or_date: return "date-time or date";
    default: return {};
  }
}

}  // namespace

std::string_view unit_of(Format format) {
  switch (format) {
    case Format::epoch_ms: return "milliseconds since 1970-01-01T00:00:00Z";
    case Format::epoch_s: return "seconds since 1970-01-01T00:00:00Z";
    case Format::milliseconds: return "milliseconds";
    case Format::seconds: return "seconds";
    case Format::hours: return "hours";
    case Format::bytes: return "bytes";
    default: return {};
  }
}

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

void SchemaWriter::field(const Field& field, bool with_doc) {
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
    default_value(*field.type, field.attr);
  }
  if (field.attr.secret) json_.member("writeOnly", true);
  json_.end_object();
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
      json_.key("type");
      if (attr.nullable) json_.begin_array().value(type_name(type.kind)).value("null").end_array();
      else json_.value(type_name(type.kind));
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
  json_.key("type");
  if (attr.nullable) json_.begin_array().value(type_name(type.kind)).value("null").end_array();
  else json_.value(type_name(type.kind));
  if (type.kind == Kind::string) string_rules(attr);
  if (type.kind == Kind::integer || type.kind == Kind::number) number_rules(attr);
}

void SchemaWriter::string_rules(const Attr& attr) {
  choices(attr);
  if (attr.secret) json_.member("format", "password");
  else json_.member_if("format", standard_format(attr.format));
  json_.member_if("x-format", own_format(attr.format));
  if (attr.format == Format::base64) json_.member("contentEncoding", "base64");
  if (attr.not_blank) json_.member("minLength", 1);
  if (attr.max_length != 0) json_.member("maxLength", attr.max_length);
  if (const Pattern* pattern = attr.pattern.empty() ? nullptr : find_pattern(attr.pattern); pattern != nullptr)
    json_.member("pattern", pattern->regex);
}

void SchemaWriter::number_rules(const Attr& attr) {
  if (attr.min != -kNoLimit) json_.member("minimum", attr.min);
  if (attr.max != kNoLimit) json_.member("maximum", attr.max);
  json_.member_if("x-unit", unit_of(attr.format));
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
    case Kind::array: json_.key("default").begin_array().value(attr.default_text).end_array(); break;
    default: break;
  }
}

void SchemaWriter::shape(const Shape& shape, bool partial) {
  json_.begin_object().member("type", "object").member("description", shape.doc);
  if (!shape.fields.empty()) {
    json_.key("properties").begin_object();
    for (const Field& one : shape.fields) {
      json_.key(one.name);
      field(one);
    }
    json_.end_object();
  }
  if (!partial && std::ranges::any_of(shape.fields, &Field::required)) {
    json_.key("required").begin_array();
    for (const Field& one : shape.fields)
      if (one.required) json_.value(one.name);
    json_.end_array();
  }
  if (shape.open) json_.member("additionalProperties", true);
  json_.end_object();
}

}  // namespace facio
