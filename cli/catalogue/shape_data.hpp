// Shapes as plain data, for a system that this program is only a client of: no C++ code reads the members, so there is no struct.
//
//   inline constexpr Field kThingFields[] = {
//       text("id", "id of the thing"),
//       integer("size", "room that it takes", {.format = Format::bytes, .optional = true}),
//   };
//   inline constexpr Shape kThing{"Thing", "A thing", kThingFields};
//
// A field is required unless its attributes say `optional`.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio::data {

constexpr Field field_of(std::string_view name, const Type& type, std::string_view doc, Attr attr) {
  const bool required = !attr.optional;
  attr.optional = false;
  return {name, doc, &type, required, attr};
}

constexpr Field text(std::string_view name, std::string_view doc, Attr attr = {}) { return field_of(name, types::string, doc, attr); }
constexpr Field texts(std::string_view name, std::string_view doc, Attr attr = {}) { return field_of(name, types::strings, doc, attr); }
constexpr Field integer(std::string_view name, std::string_view doc, Attr attr = {}) { return field_of(name, types::integer, doc, attr); }
constexpr Field number(std::string_view name, std::string_view doc, Attr attr = {}) { return field_of(name, types::number, doc, attr); }
constexpr Field boolean(std::string_view name, std::string_view doc, Attr attr = {}) { return field_of(name, types::boolean, doc, attr); }

inline constexpr Type kAny{};
/// A value of any form.
constexpr Field any(std::string_view name, std::string_view doc, Attr attr = {}) { return field_of(name, kAny, doc, attr); }

template <const Shape& shape>
inline constexpr Type object_type{Kind::object, nullptr, &shape};
template <const Type& element>
inline constexpr Type list_type{Kind::array, &element, nullptr};
template <const Type& element>
inline constexpr Type map_type{Kind::map, &element, nullptr};

template <const Shape& shape>
constexpr Field object(std::string_view name, std::string_view doc, Attr attr = {}) {
  return field_of(name, object_type<shape>, doc, attr);
}
/// An array of objects.
template <const Shape& shape>
constexpr Field objects(std::string_view name, std::string_view doc, Attr attr = {}) {
  return field_of(name, list_type<object_type<shape>>, doc, attr);
}
/// An object whose members are all of one type, under any names.
template <const Type& element>
constexpr Field map_of(std::string_view name, std::string_view doc, Attr attr = {}) {
  return field_of(name, map_type<element>, doc, attr);
}

}  // namespace facio::data
