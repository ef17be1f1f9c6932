// Shapes: named JSON object types. A shape is a C++ struct with one constexpr list of its fields; writer and reader (shape_json.hpp),
// validation, schema, table columns, command-line flags and redaction all come from that list.
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

#include <algorithm>
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

/// The JSON text of an open value, written unchanged.
struct RawJson {
  std::string text = "null";
  bool operator==(const RawJson&) const = default;
};

enum class Kind : std::uint8_t { string, integer, number, boolean, object, array, map, any };

/// What a value means beyond its JSON type: decides how it is checked, documented, typed as a flag and shown in a table.
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
  json_object,   ///< string holding a JSON object
  system,        ///< name of a system that this program speaks
  document,      ///< string holding a whole file, such as TOML: --X TEXT, --X-file FILE, or the file itself as -f
};

struct Shape;

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
  bool optional = false;    ///< the member has a default in C++, so it may be absent
  bool repeatable = false;  ///< for parameters
  std::span<const std::string_view> choices = {};
  /// The choices and the range are those of our server. Another agent may have others, so that the client sends what it is given.
  bool agent_decides = false;
  double min = -kNoLimit;              ///< numbers: least value
  double max = kNoLimit;               ///< numbers: greatest value
  std::uint32_t max_length = 0;        ///< strings: most characters, or bytes of a secret; 0 = no limit
  std::uint32_t min_items = 0;         ///< arrays: least elements
  std::uint32_t max_items = 0;         ///< arrays: most elements; 0 = no limit
  std::string_view pattern = {};       ///< strings: name of a Pattern (validate.hpp)
  std::string_view names = {};         ///< maps: name of the Pattern of the members' names
  std::string_view json_types = {};    ///< open values: which JSON types they may have, as "string array"; empty: any but null
  std::string_view example = {};       ///< a good value, for documents: plain text for a string, else JSON
  std::string_view default_text = {};  ///< what an absent value means, for documents; parameters: applied by the server
  std::string_view alias = {};         ///< another accepted name on the wire
  std::string_view flag = {};          ///< command-line spelling without dashes; empty: from the name; "-": no flag
  char letter = 0;                     ///< one-letter flag
  std::string_view value_name = {};    ///< placeholder in help
  std::string_view implies = {};       ///< "path=value": this field's flag also sets that sibling in the same object
  /// "content;role=user", for arrays of objects: a flag's plain text becomes that member of a new element, with the other one set.
  std::string_view from_text = {};
  std::string_view group = {};  ///< flags of the same group exclude each other
};

/// One of the forms that an object may take where its members depend on each other. Members are apart by blanks:
///   kind=at         it is there and has this value
///   type?=stdio     it has this value, or is absent
///   content:base64  it is there, and base64
///   command         it is there, not null and not blank
///   +apiBase        it is there, or null
struct Form {
  std::string_view has = {};
  std::string_view lacks = {};  ///< members that are absent, null or empty
};

struct Field {
  std::string_view name;  ///< JSON name
  std::string_view doc;   ///< one line, no final period
  const Type* type = nullptr;
  bool required = true;
  Attr attr = {};
};

struct Shape {
  std::string_view name;
  std::string_view doc;
  std::span<const Field> fields;
  bool open = false;    ///< more members than those listed are normal
  bool strict = false;  ///< of a request: other members are refused
  /// A request has one of these; empty: any. So has a patch of a shape that requires nothing: there is nothing that it completes.
  std::span<const Form> forms = {};
  std::string_view forms_say = {};  ///< "field: problem" for what has none of them; empty: what its nearest form wants

  [[nodiscard]] constexpr const Field* find(std::string_view field) const {
    for (const Field& f : fields)
      if (f.name == field) return &f;
    return nullptr;
  }
};

/// Whether a value may have more members than the declared ones.
enum class Members : bool { closed, open };

/// What a struct declares about itself as a shape, besides its fields.
struct ShapeHead {
  std::string_view name;
  std::string_view doc;  ///< one line, no final period
  Members members = Members::closed;
  std::span<const Form> forms = {};
  std::string_view forms_say = {};
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
  template <class Use>
  constexpr decltype(auto) apply(Use&& use) const {
    return use(static_cast<const FieldPlace<I, M>&>(*this).member...);
  }
};

/// The members of a shape, as fields() returns them; apply() calls a function with all of them. Not a std::tuple: its constructors cost two
/// thirds of the time it took to compile the catalogue.
template <class... M>
struct Fields : FieldPlaces<std::index_sequence_for<M...>, M...> {
  static constexpr std::size_t size = sizeof...(M);
  constexpr explicit Fields(const M&... member) : FieldPlaces<std::index_sequence_for<M...>, M...>{{member}...} {}
};

template <class... A>
constexpr Fields<A...> joined(const Fields<A...>& only) {
  return only;
}
template <class... A, class... B, class... More>
constexpr auto joined(const Fields<A...>& first, const Fields<B...>& second, const More&... more) {
  return joined(first.apply([&](const auto&... a) { return second.apply([&](const auto&... b) { return Fields(a..., b...); }); }), more...);
}

/// The fields of the base B as fields of S, which derives from it.
template <class S, class B, class... M>
constexpr Fields<Member<S, M>...> inherited(const Fields<Member<B, M>...>& fields) {
  return fields.apply([](const auto&... m) { return Fields(Member<S, M>{m.name, m.pointer, m.doc, m.attr}...); });
}

/// A text as a template argument: ListOf<Peer, "PeerList", …>.
template <std::size_t size>
struct Literal {
  char bytes[size];

  constexpr Literal(const char (&text)[size]) { std::copy_n(text, size, bytes); }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes, size - 1}; }
};

template <class T>
concept Shaped = requires {
  T::shape.name, T::fields();
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Holds the type-erased shape of S. A class template, so that shapes may refer to each other.
template <class S>
struct ShapeOf;

template <class T>
constexpr Type make_type();
/// The Type of a C++ member type.
template <class T>
inline constexpr Type type_of = make_type<T>();

template <class T>
constexpr Type make_type() {
  if constexpr (is_optional<T>) return type_of<typename T::value_type>;
  else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Secret>) return {Kind::string};
  else if constexpr (std::is_same_v<T, bool>) return {Kind::boolean};
  else if constexpr (std::is_integral_v<T>) return {Kind::integer};
  else if constexpr (std::is_floating_point_v<T>) return {Kind::number};
  else if constexpr (std::is_same_v<T, RawJson>) return {Kind::any};
  else if constexpr (Shaped<T>) return {Kind::object, nullptr, &ShapeOf<T>::value};
  else if constexpr (requires { typename T::mapped_type; }) return {Kind::map, &type_of<typename T::mapped_type>};
  else return {Kind::array, &type_of<typename T::value_type>};
}

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
  static constexpr Shape value = {S::shape.name, S::shape.doc,   fields_of<S>,      S::shape.members == Members::open,
                                  false,         S::shape.forms, S::shape.forms_say};
};

/// The type-erased shape of a struct.
template <Shaped S>
inline constexpr const Shape& shape_of = ShapeOf<S>::value;

}  // namespace facio
