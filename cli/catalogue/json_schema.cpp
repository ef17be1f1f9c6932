#include "cli/catalogue/json_schema.hpp"

#include <algorithm>
#include <array>

#include "cli/core/forms.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::string_view kTypeNames[] = {"string", "integer", "number", "boolean", "object", "array", "object", {}};
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) words.push_back(split_off(text, ' '));
  return words;
}

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

bool ShapeSet::has(const Shape& shape) const { return std::ranges::find(shapes_, shape.name, &Shape::name) != shapes_.end(); }

void ShapeSet::add(const Shape& shape) {
  if (has(shape)) return;
  shapes_.push_back(&shape);
  for (const Field& field : shape.fields) add(*field.type);
}

void ShapeSet::add(const Endpoint& endpoint) {
  if (endpoint.body != nullptr) add(*endpoint.body);
  for (const Shape* shape : {endpoint.envelope, endpoint.reply})
    if (shape != nullptr) add(*shape);
}

void SchemaWriter::reference(std::string_view shape_name) {
  json_.begin_object().member("$ref", std::string(reference_).append(shape_name)).end_object();
}

void SchemaWriter::field(const Field& field, Use use, bool with_doc) {
  use_ = use;
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
    if (use != Use::patch) default_value(*field.type, field.attr);
    if (in_full()) example(*field.type, field.attr);
  }
  if (field.attr.secret && use != Use::reply) json_.member("writeOnly", true);
  json_.end_object();
}

void SchemaWriter::path_parameter(const Field& field, std::span<const std::string_view> other_words) {
  other_words_ = other_words;
  this->field(field, Use::request, false);
  other_words_ = {};
}

void SchemaWriter::kind(Kind kind, bool nullable) {
  if (nullable) json_.array("type", std::array<std::string_view, 2>{type_name(kind), "null"});
  else json_.member("type", type_name(kind));
}

void SchemaWriter::type(const Type& type, const Attr& attr) {
  switch (type.kind) {
    case Kind::any: return open_value(attr);
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
    case Kind::map: return list(type, attr);
    default: return scalar(type, attr);
  }
}

void SchemaWriter::open_value(const Attr& attr) {
  std::vector<std::string_view> types = attr.json_types.empty() && in_full()
                                            ? std::vector<std::string_view>{"string", "number", "boolean", "object", "array"}
                                            : words_of(attr.json_types);
  if (types.empty()) return;
  if (attr.nullable) types.push_back("null");
  if (types.size() == 1) json_.member("type", types.front());
  else json_.array("type", types);
}

void SchemaWriter::list(const Type& type, const Attr& attr) {
  kind(type.kind, attr.nullable);
  if (in_full() && attr.min_items != 0) json_.member("minItems", attr.min_items);
  if (in_full() && attr.max_items != 0) json_.member("maxItems", attr.max_items);
  if (const Pattern* names = find_pattern(attr.names); names != nullptr && in_full())
    json_.key("propertyNames").begin_object().member("pattern", names->regex).end_object();
  json_.key(type.kind == Kind::array ? "items" : "additionalProperties").begin_object();
  Attr element = attr;  // rules of a list are those of its elements
  element.nullable = false;
  element.json_types = {};
  this->type(*type.element, element);
  json_.end_object();
}

void SchemaWriter::scalar(const Type& type, const Attr& attr) {
  if (type.kind == Kind::string && attr.format == Format::time_or_date && in_full()) return time_or_date(attr);
  kind(type.kind, attr.nullable);
  if (type.kind == Kind::string) string_rules(attr);
  if (type.kind == Kind::boolean && !attr.choices.empty() && in_full()) json_.member("const", attr.choices.front() == "true");
  if (type.kind == Kind::integer || type.kind == Kind::number) number_rules(attr);
}

void SchemaWriter::time_or_date(const Attr& attr) {
  json_.member("x-format", names_of(attr.format).own).key("anyOf").begin_array();
  for (const std::string_view format : {"date-time", "date"})
    json_.begin_object().member("type", "string").member("format", format).end_object();
  if (attr.nullable) json_.begin_object().member("type", "null").end_object();
  json_.end_array();
}

void SchemaWriter::string_rules(const Attr& attr) {
  choices(attr);
  if (attr.secret && use_ != Use::reply) json_.member("format", "password");
  else if (!in_full() || (attr.pattern.empty() && regex_of(attr.format).empty())) json_.member_if("format", names_of(attr.format).standard);
  json_.member_if("x-format", names_of(attr.format).own);
  if (attr.format == Format::base64) json_.member("contentEncoding", "base64");
  if (attr.max_length != 0) json_.member("maxLength", attr.max_length);
  if (use_ == Use::reply) return;
  if (attr.not_blank) json_.member("minLength", 1);
  pattern(attr);
}

/// One expression for all: the words of other paths, and the named pattern, else that of the format, else what is not blank.
void SchemaWriter::pattern(const Attr& attr) {
  const Pattern* const named = find_pattern(attr.pattern);
  if (!in_full()) {
    const bool plain = named != nullptr && named->regex.find("(?") == std::string_view::npos;  // not every provider looks ahead
    if (plain) json_.member_if("pattern", named->regex);
    return;
  }
  std::string regex(named != nullptr ? named->regex : attr.choices.empty() ? regex_of(attr.format) : std::string_view{});
  if (attr.not_blank && attr.choices.empty() && regex.empty()) regex = "[^ \\t\\r\\n]";
  std::vector<std::string_view> words(other_words_.begin(), other_words_.end());
  std::erase_if(words, [named](std::string_view word) { return named != nullptr && !named->matches(word); });
  if (!words.empty()) regex = "^(?!(" + join(words, "|") + ")$)" + (regex.starts_with('^') ? regex.substr(1) : "");
  json_.member_if("pattern", regex);
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

void SchemaWriter::example(const Type& type, const Attr& attr) {
  if (attr.example.empty() && (example_of(attr.format).empty() || attr.secret || !attr.choices.empty())) return;
  if (type.kind == Kind::array || type.kind == Kind::map) return;
  json_.key("examples").begin_array().raw(example_value(Field{{}, {}, &type, true, attr})).end_array();
}

void SchemaWriter::shape(const Shape& shape, Use use) {
  use_ = use;
  json_.begin_object().member("type", "object").member("description", shape.doc);
  if (!shape.fields.empty()) {
    json_.key("properties").begin_object();
    for (const Field& one : shape.fields) {
      json_.key(one.name);
      field(one, use);
    }
    json_.end_object();
  }
  if (use != Use::patch && std::ranges::any_of(shape.fields, &Field::required))
    json_.array("required", shape.fields, &Field::required, [this](const Field& one) { json_.value(one.name); });
  if (shape.strict && use != Use::reply) json_.member("additionalProperties", false);
  if (shape.open) json_.member("additionalProperties", true);
  if (in_full() && forms_hold(shape, use == Use::patch)) forms(shape);
  json_.end_object();
}

void SchemaWriter::forms(const Shape& shape) {
  json_.array("anyOf", shape.forms, [&](const Form& one) { form(shape, one); });
}

void SchemaWriter::form(const Shape& shape, const Form& form) {
  std::vector<std::string_view> required;
  json_.begin_object().key("properties").begin_object();
  for (std::string_view rest = form.has; !rest.empty();) {
    const FormTerm term = next_term(rest);
    if (term.is != FormTerm::Is::valued_or_absent) required.push_back(term.member);
    form_member(shape, term);
  }
  for (std::string_view rest = form.lacks; !rest.empty();) lacking_member(shape, split_off(rest, ' '));
  json_.end_object();
  if (!required.empty()) json_.array("required", required);
  json_.member("additionalProperties", true).end_object();  // the other members are those of the shape
}

void SchemaWriter::form_member(const Shape& shape, const FormTerm& term) {
  const Kind kind = shape.find(term.member)->type->kind;
  json_.key(term.member).begin_object();
  if (term.is == FormTerm::Is::base64) {
    json_.member("type", "string").member("contentEncoding", "base64").member("pattern", regex_of(Format::base64));
  } else if (term.is == FormTerm::Is::given) {
    // required: that is all
  } else if (term.is == FormTerm::Is::there) {
    json_.member_if("type", type_name(kind == Kind::any ? Kind::object : kind));
    if (kind == Kind::string) json_.member("pattern", "[^ \\t\\r\\n]");
  } else if (kind == Kind::boolean) {
    json_.member("const", term.value == "true");
  } else {
    json_.member("const", term.value);
  }
  json_.end_object();
}

/// null where that is allowed, and an empty text.
void SchemaWriter::lacking_member(const Shape& shape, std::string_view name) {
  const Field* const field = shape.find(name);
  json_.key(name).begin_object();
  if (field->type->kind == Kind::string) {
    kind(Kind::string, field->attr.nullable);
    json_.member("maxLength", 0);
  } else if (field->attr.nullable) {
    json_.member("type", "null");
  } else {
    json_.key("not").begin_object().end_object();
  }
  json_.end_object();
}

std::string example_value(const Field& field) {
  const Attr& attr = field.attr;
  std::string text(attr.example);
  if (text.empty()) text = attr.default_text;
  if (text.empty() && !attr.choices.empty()) text = attr.choices.front();
  if (text.empty()) text = example_of(attr.format);
  switch (field.type->kind) {
    case Kind::string: return text.empty() ? std::string() : JsonWriter().value(text).take();
    case Kind::object: return text.empty() ? example_object(*field.type->shape, false) : text;
    case Kind::integer:
    case Kind::number:
      if (text.empty() && attr.min != -kNoLimit) return JsonWriter().value(attr.min).take();
      return text;
    default: return text;
  }
}

std::string example_object(const Shape& shape, bool patch) {
  JsonWriter json;
  json.begin_object();
  for (const Field& field : shape.fields) {
    if (field.attr.example.empty() && (patch || !field.required)) continue;
    if (const std::string value = example_value(field); !value.empty()) json.key(field.name).raw(value);
  }
  return json.end_object().take();
}

}  // namespace facio
