// How the fields of a body become flags; one rule for the compiler's checks and for the program.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "cli/core/shape.hpp"

namespace facio {

/// A short text of fixed room, usable while compiling.
struct FlagText {
  static constexpr std::size_t kRoom = 96;
  std::array<char, kRoom> bytes{};
  std::size_t size = 0;

  constexpr void add(char byte) { bytes.at(size++) = byte; }
  constexpr void add(std::string_view text) {
    for (const char byte : text) add(byte);
  }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes.data(), size}; }
};

/// Gives `name` byte by byte as words with dashes: "max_tool_iterations" -> "max-tool-iterations", "hasMore" -> "has-more".
template <class Put>
constexpr void kebab_bytes(std::string_view name, Put&& put) {
  char before = '-';
  for (const char byte : name) {
    if (byte >= 'A' && byte <= 'Z') {
      if (before != '-') put('-');
      before = static_cast<char>(byte - 'A' + 'a');
    } else {
      before = byte == '_' || byte == '.' ? '-' : byte;
    }
    put(before);
  }
}

constexpr void append_kebab(FlagText& out, std::string_view name) {
  kebab_bytes(name, [&out](char byte) { out.add(byte); });
}

/// The flag of a parameter outside the body.
constexpr FlagText flag_of(const Field& field) {
  FlagText flag;
  if (field.attr.flag.empty()) append_kebab(flag, field.name);
  else flag.add(field.attr.flag);
  return flag;
}

/// True when a body field is not one flag but the flags of its members.
constexpr bool flattens(const Field& field) { return field.type->kind == Kind::object && !field.type->shape->fields.empty(); }

/// Calls `visit(path, flag, parent_path, field)` for every flag that a body's shape gives.
template <class Visit>
constexpr void for_each_body_flag(const Shape& shape, const FlagText& parent, Visit&& visit) {
  for (const Field& field : shape.fields) {
    if (field.attr.flag == "-") continue;
    FlagText path = parent;
    if (path.size != 0) path.add('.');
    path.add(field.name);
    if (flattens(field)) {
      for_each_body_flag(*field.type->shape, path, visit);
      continue;
    }
    FlagText flag;
    if (field.attr.flag.empty()) append_kebab(flag, path.view());
    else flag.add(field.attr.flag);
    visit(path, flag, parent, field);
  }
}

}  // namespace facio
