// Shapes: named JSON object types. A shape is a C++ struct with one constexpr list of its fields; from that list
// come writer (shape_json.hpp), reader, validation, schema, table columns, command-line flags and redaction.
//
//   struct Schedule {
//     std::string kind;
//     std::optional<std::string> tz;
//     static constexpr ShapeHead shape{"Schedule", "When a job runs"};
//     static constexpr auto fields() {
//       return Fields{field("kind", &Schedule::kind, "how the times are given", {.choices = kScheduleKinds}),
//                         field("tz", &Schedule::tz, "time zone of the expression", {.format = Format::zone})};
//     }
//   };
//
// A member of type std::optional may be absent; every other member is required.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cli/core/secret.hpp"

namespace facio {

/// JSON text of an open value: written as it is.
struct RawJson {
  std::string text = "null";
  bool operator==(const RawJson&) const = default;
};

enum class Kind : std::uint8_t { string, integer, number, boolean, object, array, map, any };

/// What a value means beyond its JSON type: decides its check, its unit in documents, its flag syntax and its look in a table.
enum class Format : std::uint8_t {
  none,
  time,          ///< ISO 8601 time in UTC, as a string
  date,          ///< YYYY-MM-DD, as a string
  time_or_date,  ///< either of both
  zone,          ///< IANA time zone name
  cron,          ///< five-field cron expression
  epoch_ms,      ///< integer, milliseconds since 1970
  epoch_s,       ///< number, seconds since 1970
  milliseconds,  ///< integer duration
  seconds,       ///< integer duration
  hours,         ///< integer duration
  bytes,         ///< integer size
  url,           ///< absolute URL
  base64,        ///< string holding bytes
  path,          ///< path relative to the workspace
  system,        ///< name of a system that this program speaks
};

struct Shape;

/// The JSON type of a value.
struct Type {
  Kind kind = Kind::any;
  const Type* element = nullptr;  ///< of an array or a map
  const Shape* shape = nullptr;   ///< of an object
};

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// Everything optional that a field or a parameter may say about itself.
struct Attr {
  Format format = Format::none;
  bool nullable = false;    ///< JSON null is allowed (and written when an optional member is empty)
  bool secret = false;      ///< never shown, never taken from an argument
  bool not_blank = false;   ///< a string with something other than blanks
  bool required = false;    ///< for parameters; members say it by not being optional
  bool optional = false;    ///< member has a default in C++, so a reader need not get it
  bool repeatable = false;  ///< for parameters
  std::span<const std::string_view> choices = {};
  double min = -kNoLimit;              ///< numbers: least value
  double max = kNoLimit;               ///< numbers: greatest value
  std::uint32_t max_length = 0;        ///< strings: most bytes; 0 = no limit
  std::string_view pattern = {};       ///< strings: name of a rule in patterns.hpp
  std::string_view default_text = {};  ///< what an absent value means, for documents; parameters: applied by the server
  std::string_view alias = {};         ///< another accepted name on the wire
  std::string_view flag = {};          ///< command-line spelling without dashes; empty: from the name; "-": no flag
  char letter = 0;                     ///< one-letter flag
  std::string_view value_name = {};    ///< placeholder in help
  /// "path=value": giving this field's flag also sets that string (a sibling in the same object).
  std::string_view implies = {};
  /// "content;role=user", for arrays of objects: a flag's plain text is that member of an element whose other member is set so.
  std::string_view from_text = {};
  /// Flags that share a group exclude each other.
  std::string_view group = {};
};

/// One member of a shape.
struct Field {
  std::string_view name;  ///< JSON name
  std::string_view doc;   ///< one line, no final period
  const Type* type = nullptr;
  bool required = true;
  Attr attr = {};
};

/// A named JSON object type.
struct Shape {
  std::string_view name;
  std::string_view doc;
  std::span<const Field> fields;
  bool open = false;  ///< more members than those listed are normal

  [[nodiscard]] constexpr const Field* find(std::string_view field) const {
    for (const Field& f : fields)
      if (f.name == field) return &f;
    return nullptr;
  }
};

// ---------------------------------------------------------------------------------------------------------------
// From struct to shape

/// Whether others may send more members than those that are declared.
enum class Members : bool { closed, open };

/// What a struct says about itself as a shape, beside its fields.
struct ShapeHead {
  std::string_view name;
  std::string_view doc;  ///< one line, no final period
  Members members = Members::closed;
};

template <class S, class M>
struct Member {
  std::string_view name;
  M S::*pointer;
  std::string_view doc;
  Attr attr;
};

template <class S, class M>
constexpr Member<S, M> field(std::string_view name, M S::*pointer, std::string_view doc, Attr attr = {}) {
  return {name, pointer, doc, attr};
}

template <std::size_t I, class M>
struct FieldPlace {
  M member;
};
template <class Indices, class... M>
struct FieldPlaces;
template <std::size_t... I, class... M>
struct FieldPlaces<std::index_sequence<I...>, M...> : FieldPlace<I, M>... {
  /// Calls `use` with all members.
  template <class Use>
  constexpr decltype(auto) apply(Use&& use) const {
    return use(static_cast<const FieldPlace<I, M>&>(*this).member...);
  }
};

/// The members of a shape, as fields() gives them. Not a std::tuple: of one with thirty elements the compiler weighs every constructor for
/// every element, in each file that knows the shape; that was two thirds of the time that the catalogue took.
template <class... M>
struct Fields : FieldPlaces<std::index_sequence_for<M...>, M...> {
  static constexpr std::size_t size = sizeof...(M);
  constexpr explicit Fields(const M&... member) : FieldPlaces<std::index_sequence_for<M...>, M...>{{member}...} {}
};

/// The members of all, one list behind the other.
template <class... A>
constexpr Fields<A...> joined(const Fields<A...>& only) {
  return only;
}
template <class... A, class... B, class... More>
constexpr auto joined(const Fields<A...>& first, const Fields<B...>& second, const More&... more) {
  return joined(first.apply([&](const auto&... a) { return second.apply([&](const auto&... b) { return Fields(a..., b...); }); }), more...);
}

/// The fields of a base struct as fields of S, which derives from it.
template <class S, class B, class... M>
constexpr Fields<Member<S, M>...> inherited(const Fields<Member<B, M>...>& fields) {
  return fields.apply([](const auto&... m) { return Fields(Member<S, M>{m.name, m.pointer, m.doc, m.attr}...); });
}

template <class T>
concept Shaped = requires {
  T::shape.name, T::fields();
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Holds the type-erased shape of S; a class template, so that shapes may refer to each other.
template <class S>
struct ShapeOf;

template <class T>
struct TypeOf;

/// The Type of a C++ member type.
template <class T>
inline constexpr Type type_of = TypeOf<T>::value();

template <class T>
requires std::is_same_v<T, std::string> || std::is_same_v<T, Secret>
struct TypeOf<T> {
  static constexpr Type value() { return {Kind::string, nullptr, nullptr}; }
};
template <>
struct TypeOf<bool> {
  static constexpr Type value() { return {Kind::boolean, nullptr, nullptr}; }
};
template <class T>
requires std::is_integral_v<T> &&(!std::is_same_v<T, bool>)struct TypeOf<T> {
  static constexpr Type value() { return {Kind::integer, nullptr, nullptr}; }
};
template <class T>
requires std::is_floating_point_v<T>
struct TypeOf<T> {
  static constexpr Type value() { return {Kind::number, nullptr, nullptr}; }
};
template <>
struct TypeOf<RawJson> {
  static constexpr Type value() { return {Kind::any, nullptr, nullptr}; }
};
template <class T>
struct TypeOf<std::optional<T>> : TypeOf<T> {};
template <class T>
struct TypeOf<std::vector<T>> {
  static constexpr Type value() { return {Kind::array, &type_of<T>, nullptr}; }
};
template <class T>
struct TypeOf<std::map<std::string, T>> {
  static constexpr Type value() { return {Kind::map, &type_of<T>, nullptr}; }
};
template <Shaped T>
struct TypeOf<T> {
  static constexpr Type value() { return {Kind::object, nullptr, &ShapeOf<T>::value}; }
};

template <Shaped S>
inline constexpr std::size_t field_count = decltype(S::fields())::size;

template <Shaped S>
constexpr std::array<Field, field_count<S>> make_fields() {
  return S::fields().apply([]<class... M>(const Member<S, M>&... m) {
    return std::array<Field, field_count<S>>{Field{m.name, m.doc, &type_of<M>, !is_optional<M> && !m.attr.optional, m.attr}...};
  });
}

template <Shaped S>
inline constexpr std::array<Field, field_count<S>> fields_of = make_fields<S>();

template <class S>
struct ShapeOf {
  static constexpr Shape value = {S::shape.name, S::shape.doc, fields_of<S>, S::shape.members == Members::open};
};

/// The type-erased shape of a struct.
template <Shaped S>
inline constexpr const Shape& shape_of = ShapeOf<S>::value;

}  // namespace facio
