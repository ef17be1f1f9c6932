#include "cli/command_line/edit_document.hpp"

#include <algorithm>

#include "cli/command_line/values.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/output/formats.hpp"

namespace facio {
namespace {

const Shape* object_shape(const Field& field) {
  return field.type->kind == Kind::object && !takes_all(*field.type->shape) ? field.type->shape : nullptr;
}

std::string plain_value(JsonRef value, const Type& type) {
  if (type.kind == Kind::object && value.is(JsonKind::object)) return plain_document(value, *type.shape);
  if (type.kind != Kind::array || !value.is(JsonKind::array)) return value.dump();
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) text += (i == 0 ? "" : ",") + plain_value(value.at(i), *type.element);
  return "[" + text + "]";
}

// ---------------------------------------------------------------------------------------------------------------- the text

std::string_view typed_form(Format format) {
  switch (format) {
    case Format::milliseconds: return "as 90s or 30m, or in milliseconds";
    case Format::seconds: return "as 90s or 30m, or in seconds";
    case Format::hours: return "as 12h, or in hours";
    case Format::epoch_ms: return "as tomorrow 08:00, or in milliseconds since 1970";
    default: return {};
  }
}

/// What the field is for, and what it may be.
std::string comment(const Field& field) {
  std::vector<std::string> more;
  if (!field.attr.choices.empty()) more.push_back(joined(field.attr.choices));
  if (const std::string_view form = typed_form(field.attr.format); !form.empty()) more.emplace_back(form);
  if (!field.attr.default_text.empty()) more.push_back("default " + std::string(field.attr.default_text));
  constexpr std::string_view kOurs = " (extension)";  // for readers of the API
  std::string_view doc = field.doc;
  if (doc.ends_with(kOurs)) doc.remove_suffix(kOurs.size());
  return std::string(doc) + (more.empty() ? "" : " (" + joined(more, "; ") + ")");
}

void append_line(std::string& out, std::size_t level, std::string_view text) { out.append(level * 2, ' ').append(text).append("\n"); }

/// "name: value", which may take several lines.
void append_member(std::string& out, std::size_t level, std::string_view name, JsonRef value) {
  ObjectText object;
  object.add(name, value.dump());
  std::string yaml;
  output::append_yaml(yaml, object.closed());
  for (const std::string_view line : split_terminated(yaml)) append_line(out, line.empty() ? 0 : level, line);
}

void append_fields(std::string& out, std::size_t level, JsonRef document, const Shape& shape) {
  for (const Field& field : shape.fields) {
    const JsonRef value = document.get(field.name);
    if (!value && field.attr.flag == "-") continue;
    append_line(out, level, "# " + comment(field));
    if (field.type->kind == Kind::array && field.type->element->kind == Kind::object)
      for (const Field& one : field.type->element->shape->fields)
        append_line(out, level, "#   " + std::string(one.name) + ": " + comment(one));
    const Shape* inner = object_shape(field);
    if (value && inner != nullptr && value.size() != 0) {
      append_line(out, level, std::string(field.name) + ":");
      append_fields(out, level + 1, value, *inner);
    } else if (value) {
      append_member(out, level, field.name, value);
    } else {
      append_line(out, level, "#" + std::string(field.name) + ":");
      if (inner != nullptr)
        for (const Field& one : inner->fields) append_line(out, level, "#  " + std::string(one.name) + ":");
    }
  }
}

// ------------------------------------------------------------------------------------------------------------- the changes

bool same_value(JsonRef a, JsonRef b) { return static_cast<bool>(a) == static_cast<bool>(b) && (!a || a.dump() == b.dump()); }

class MemberChanges {
 public:
  Result<std::string> of(JsonRef before, JsonRef after, const Shape& shape, const std::string& path) {
    ObjectText body;
    for (const Field& field : shape.fields) {
      const JsonRef old = before.get(field.name), now = after.get(field.name);
      if (same_value(old, now)) continue;
      const std::string where = path + std::string(field.name);
      const Shape* inner = object_shape(field);
      Result<std::string> json = now ? now.dump() : cleared(field, after, shape, old, where);
      if (now.is(JsonKind::object) && inner != nullptr)
        json = std::ranges::any_of(inner->fields, &Field::required) ? whole(old, now, *inner) : of(old, now, *inner, where + ".");
      if (!json) return json;
      if (!json->empty()) body.add(field.name, *json);
    }
    return body.closed();
  }

 private:
  /// All of an object, and null for what was taken away.
  static std::string whole(JsonRef before, JsonRef after, const Shape& shape) {
    ObjectText body;
    for (const Field& field : shape.fields) {
      if (const JsonRef now = after.get(field.name)) body.add(field.name, now.dump());
      else if (before.get(field.name) && field.attr.nullable) body.add(field.name, "null");
    }
    return body.closed();
  }

  /// What clears a field. Empty: that another of its group is given does.
  static Result<std::string> cleared(const Field& field, JsonRef after, const Shape& shape, JsonRef old, const std::string& where) {
    if (field.attr.nullable) return std::string("null");
    if (field.type->kind == Kind::map || (field.type->kind == Kind::any && old.is(JsonKind::object))) return std::string("{}");
    if (!field.attr.group.empty())
      for (const Field& other : shape.fields)
        if (&other != &field && other.attr.group == field.attr.group && after.get(other.name)) return std::string();
    if (!field.attr.default_text.empty()) {
      auto json = json_text(field, field.attr.default_text, where, {}, true);
      return json && field.type->kind == Kind::array ? "[" + *json + "]" : json;
    }
    if (field.type->kind == Kind::array) return std::string("[]");
    return fail_field(Code::usage, where, where + ": cannot be left out, since nothing says what it would be then; give it a value");
  }
};

}  // namespace

std::string plain_document(JsonRef value, const Shape& shape) {
  if (takes_all(shape)) return value.dump();
  ObjectText text;
  for (const Field& field : shape.fields) {
    JsonRef member = value.get(field.name);
    if (!member && !field.attr.alias.empty()) member = value.get(field.attr.alias);
    const bool empty_map = field.type->kind == Kind::map && member.is(JsonKind::object) && member.size() == 0;
    if (!member.is_null() && !empty_map) text.add(field.name, plain_value(member, *field.type));
  }
  return text.closed();
}

std::string described_yaml(JsonRef document, const Shape& shape) {
  std::string out;
  if (takes_all(shape)) output::append_yaml(out, document.dump());
  else append_fields(out, 0, document, shape);
  return out;
}

Result<std::string> changed_members(JsonRef before, JsonRef after, const Shape& shape) {
  return MemberChanges().of(before, after, shape, {});
}

}  // namespace facio
