// How the fields of a body become flags.
#include "cli/catalogue/catalogue.hpp"

namespace facio {
namespace {

/// A body field that is not one flag but the flags of its members.
bool flattens(const Field& field) { return field.type->kind == Kind::object && !field.type->shape->fields.empty(); }

void add_flags(std::vector<BodyFlag>& flags, const Shape& shape, const std::string& parent) {
  for (const Field& field : shape.fields) {
    if (field.attr.flag == "-") continue;
    std::string path = parent + std::string(field.name);
    if (flattens(field)) {
      add_flags(flags, *field.type->shape, path + ".");
      continue;
    }
    std::string flag = field.attr.flag.empty() ? kebab(path) : std::string(field.attr.flag);
    BodyFlag one{std::move(path), std::move(flag), &field, {}, {}};
    if (const auto equals = field.attr.implies.find('='); equals != std::string_view::npos) {
      one.implies_path = parent + std::string(field.attr.implies.substr(0, equals));
      one.implies_value = field.attr.implies.substr(equals + 1);
    }
    flags.push_back(std::move(one));
  }
}

}  // namespace

std::vector<BodyFlag> body_flags(const Shape& body) {
  std::vector<BodyFlag> flags;
  add_flags(flags, body, {});
  return flags;
}

std::string flag_of(const Field& field) { return field.attr.flag.empty() ? kebab(field.name) : std::string(field.attr.flag); }

std::string kebab(std::string_view name) {
  std::string text;
  char before = '-';
  for (const char byte : name) {
    if (byte >= 'A' && byte <= 'Z') {
      if (before != '-') text += '-';
      before = static_cast<char>(byte - 'A' + 'a');
    } else {
      before = byte == '_' || byte == '.' ? '-' : byte;
    }
    text += before;
  }
  return text;
}

}  // namespace facio
