#include "cli/command_line/whole_answer.hpp"

#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

/// The field with this name, or with this older name.
const Field* field_named(const Shape& shape, std::string_view name) {
  for (const Field& field : shape.fields)
    if (field.name == name || (!field.attr.alias.empty() && field.attr.alias == name)) return &field;
  return nullptr;
}

const Shape* shape_of_member(const Shape* shape, std::string_view name) {
  const Field* field = shape == nullptr ? nullptr : shape->find(name);
  return field == nullptr || field->type->kind != Kind::object ? nullptr : field->type->shape;
}

/// Of an array of objects.
const Shape* element_shape(const Type* type) {
  return type->kind == Kind::array && type->element->kind == Kind::object ? type->element->shape : nullptr;
}

/// Makes one object.
class Folding {
 public:
  Folding(const Endpoint& write, bool open_all) : write_(write), open_all_(open_all) {}

  std::string fold(JsonRef given, const Shape* answer) {
    ObjectText body;
    add_members(body, given, *write_.body, answer, {});
    for (const std::string_view part : write_.whole.parts)
      if (is_opened(part) && given.get(part).is(JsonKind::object))
        add_part(body, given, given.get(part), shape_of_member(answer, part), std::string(part) + ".");
    const JsonRef stored = given.get(write_.whole.stored);
    if (stored.is(JsonKind::boolean) && stored.boolean() && !given.get(write_.whole.secret)) {
      std::string mask;
      append_json_string(mask, kMask);
      body.add(write_.whole.secret, mask);
    }
    return body.closed();
  }

  std::vector<std::string> left_out;

 private:
  [[nodiscard]] bool is_opened(std::string_view name) const {
    return std::ranges::find(write_.whole.parts, name) != write_.whole.parts.end() && (open_all_ || write_.body->find(name) == nullptr);
  }

  void add_members(ObjectText& to, JsonRef given, const Shape& shape, const Shape* answer, const std::string& path) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (path.empty() && given.at(i).is(JsonKind::object) && is_opened(given.name_at(i))) continue;
      add_member(to, given.name_at(i), given.at(i), shape, answer, path);
    }
  }

  /// What stands beside the part counts more.
  void add_part(ObjectText& to, JsonRef beside, JsonRef part, const Shape* answer, const std::string& path) {
    for (std::size_t i = 0; i < part.size(); ++i)
      if (!beside.get(part.name_at(i)) || field_named(*write_.body, part.name_at(i)) == nullptr)
        add_member(to, part.name_at(i), part.at(i), *write_.body, answer, path);
  }

  void add_member(ObjectText& to, std::string_view name, JsonRef value, const Shape& shape, const Shape* answer, const std::string& path) {
    const Field* field = field_named(shape, name);
    const bool answered = answer != nullptr && answer->find(name) != nullptr;
    if (field == nullptr && !takes_all(shape) && answered) {
      left_out.push_back(path + std::string(name));
    } else if (field != nullptr && answered && !field->attr.nullable && value.is(JsonKind::null)) {
      return;  // answers say null for what is not there
    } else if (field != nullptr && answered && field->attr.nullable && field->attr.format == Format::url && value.text().empty()) {
      to.add(name, "null");  // answers say "" for an address that is not set
    } else if (field != nullptr && field->type->kind == Kind::object && value.is(JsonKind::object)) {
      ObjectText inner;
      add_members(inner, value, *field->type->shape, shape_of_member(answer, name), path + std::string(name) + ".");
      to.add(name, inner.closed());
    } else if (field != nullptr && value.is(JsonKind::array) && element_shape(field->type) != nullptr) {
      add_elements(to, name, value, *field, answered ? element_shape(answer->find(name)->type) : nullptr, path);
    } else {
      to.add(name, value.dump());
    }
  }

  void add_elements(ObjectText& to, std::string_view name, JsonRef list, const Field& field, const Shape* answer, const std::string& path) {
    std::string text;
    for (std::size_t i = 0; i < list.size(); ++i) {
      ObjectText element;
      add_members(element, list.at(i), *element_shape(field.type), answer, path + std::string(name) + "[].");
      text += (i == 0 ? "" : ",") + (list.at(i).is(JsonKind::object) ? element.closed() : list.at(i).dump());
    }
    to.add(name, "[" + text + "]");
  }

  const Endpoint& write_;
  bool open_all_;
};

std::string member_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

tl::unexpected<Error> unknown(const Shape& shape, std::string_view name, const std::string& path, const std::string& file) {
  std::vector<std::string_view> known;
  for (const Field& field : shape.fields) known.push_back(field.name);
  const std::string_view near = nearest(name, known);
  std::string message = file + ": unknown key '" + member_path(path, name) + "'";
  if (!near.empty()) message += "; did you mean '" + std::string(near) + "'?";
  return fail(Error(Code::usage, std::move(message)).with_field(member_path(path, name)));
}

Status refuse_in(JsonRef value, const Type& type, const std::string& path, const std::string& file);

Status refuse_in_object(JsonRef object, const Shape& shape, const std::string& path, const std::string& file) {
  for (std::size_t i = 0; i < object.size(); ++i) {
    const std::string_view name = object.name_at(i);
    const Field* field = field_named(shape, name);
    if (field == nullptr && !shape.open) return unknown(shape, name, path, file);
    if (field == nullptr) continue;
    if (auto status = refuse_in(object.at(i), *field->type, member_path(path, name), file); !status) return status;
  }
  return {};
}

Status refuse_in(JsonRef value, const Type& type, const std::string& path, const std::string& file) {
  if (type.kind == Kind::object && value.is(JsonKind::object)) return refuse_in_object(value, *type.shape, path, file);
  const bool array = type.kind == Kind::array && value.is(JsonKind::array), map = type.kind == Kind::map && value.is(JsonKind::object);
  for (std::size_t i = 0; (array || map) && i < value.size(); ++i) {
    const std::string where = array ? path + "[" + std::to_string(i) + "]" : member_path(path, value.name_at(i));
    if (auto status = refuse_in(value.at(i), *type.element, where, file); !status) return status;
  }
  return {};
}

/// The member of a whole reply that is shown alone otherwise (--raw), for bodies that have any members; empty when it is no such reply.
JsonRef shown_member(JsonRef given, const Endpoint& write) {
  const Endpoint* read = write.whole.read.empty() ? nullptr : find_endpoint(write.whole.read);
  if (read == nullptr || read->unwrap.empty() || read->envelope == nullptr || !takes_all(*write.body)) return {};
  const JsonRef shown = given.get(read->unwrap);
  for (std::size_t i = 0; i < given.size(); ++i)
    if (read->envelope->find(given.name_at(i)) == nullptr) return {};
  return given.size() == read->envelope->fields.size() && shown.is(JsonKind::object) ? shown : JsonRef();
}

}  // namespace

const Shape* answer_shape(const Endpoint& write) {
  const Endpoint* read = write.whole.read.empty() ? nullptr : find_endpoint(write.whole.read);
  if (read != nullptr && !write.edits.list.empty()) return read->envelope;
  return read == nullptr ? nullptr : read->reply;
}

Folded fold(JsonRef given, const Endpoint& write, const Shape* answer, bool open_all) {
  if (const JsonRef shown = open_all ? JsonRef() : shown_member(given, write)) {
    Folded folded = fold(shown, write, answer, true);
    for (std::size_t i = 0; i < given.size(); ++i)
      if (given.name_at(i) != find_endpoint(write.whole.read)->unwrap) folded.left_out.emplace_back(given.name_at(i));
    return folded;
  }
  Folding folding(write, open_all);
  auto body = JsonDocument::parse(folding.fold(given, answer));
  return {.body = body ? std::move(*body) : JsonDocument::object(), .left_out = std::move(folding.left_out)};
}

Status refuse_unknown(JsonRef body, const Shape& shape, const std::string& file) { return refuse_in_object(body, shape, {}, file); }

}  // namespace facio
