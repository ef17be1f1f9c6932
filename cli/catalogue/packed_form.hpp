// The binary form of a catalogue: it holds no addresses, so that nothing is relocated at start, however many endpoints there are. The
// catalogue writer makes it during the build (writer/pack.cpp); the program unpacks single records on demand (catalogue.cpp).
//
//   Head, Entry[endpoints] by id, Synonym[synonyms] sorted, AreaEntry[areas], u32[shapes] offsets of their records,
//   u16[endpoints] order of declaration, texts, records
//
// Head and tables are 32-bit words. Offsets of records count from the head, those of texts from the first text. A text is its length and
// its bytes. Lengths, and numbers in records, are varints (seven bits a byte, lowest first). A record is a mask of the members that differ
// from the default, then those members in order.
#pragma once

#include <cstring>
#include <tuple>

#include "cli/catalogue/endpoint.hpp"

namespace facio::packed {

struct Head {
  static constexpr std::uint32_t kMark = 0x32544346;             // "FCT2"
  std::uint32_t mark, size, endpoints, synonyms, areas, shapes;  ///< size in bytes of the whole; then counts
  std::uint32_t entries_at, synonyms_at, areas_at, shapes_at, order_at, texts_at;
  std::uint32_t system, skipped;  ///< offset of its name; how many bytes of each id are that name and a dot
};
/// What is known of an endpoint without its record: offsets of texts, and of the record.
struct Entry {
  std::uint32_t id, summary, path, record;
};
struct Synonym {
  std::uint32_t text, position;  ///< the endpoint's position in order of ids
};
struct AreaEntry {
  std::uint32_t name, title;
};

/// Which members of a record differ from the default, the first in the lowest bit. A bool is not stored beyond that.
using Mask = std::uint64_t;

/// Flags in the byte of a type, besides its Kind.
inline constexpr unsigned kHasElement = 0x10;
inline constexpr unsigned kHasShape = 0x20;
inline constexpr unsigned kKindMask = 0x0f;

template <class T>
T entry(const unsigned char* bytes, std::uint32_t table, std::size_t index) noexcept {
  T value;
  std::memcpy(&value, bytes + table + index * sizeof(T), sizeof(T));
  return value;
}
inline Head head(const unsigned char* bytes) noexcept { return entry<Head>(bytes, 0, 0); }

template <class Number = std::uint32_t>
Number varint(const unsigned char*& next) noexcept {
  Number value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const unsigned char byte = *next++;
    value |= static_cast<Number>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

/// The text at an offset from the first one.
inline std::string_view text(const unsigned char* texts, std::uint32_t place) noexcept {
  const unsigned char* next = texts + place;
  const std::uint32_t length = varint(next);
  return {reinterpret_cast<const char*>(next), length};
}

// members(record) returns references to all members, for writer and reader alike. A structured binding has to name every member, or it does
// not compile.
#define FACIO_MEMBERS(Record, ...)                        \
  template <class R>                                      \
  requires std::is_same_v<std::remove_const_t<R>, Record> \
  constexpr auto members(R& record) {                     \
    auto& [__VA_ARGS__] = record;                         \
    return std::tie(__VA_ARGS__);                         \
  }
FACIO_MEMBERS(Endpoint, id, method, path, summary, description, notes, params, body, body_optional, assignments, empty_body, form, reply,
              envelope, items, media, unwrap, columns, key, success, success_replaced, errors, effect, surface, deadline, max_body,
              idempotent, extension, completed, remote, paged, whole, edits, system, examples, synonyms)
FACIO_MEMBERS(Whole, read, parts, secret, stored, merges)
FACIO_MEMBERS(Editing, write, list, add, remove)
FACIO_MEMBERS(Attr, format, nullable, secret, not_blank, required, optional, repeatable, choices, agent_decides, min, max, max_length,
              min_items, max_items, pattern, names, json_types, example, default_text, alias, flag, letter, value_name, implies, from_text,
              group)
FACIO_MEMBERS(Field, name, doc, type, required, attr)
FACIO_MEMBERS(Form, has, lacks)
FACIO_MEMBERS(Shape, name, doc, fields, open, strict, forms, forms_say)
FACIO_MEMBERS(Param, place, field, is_argument)
FACIO_MEMBERS(Column, path, title, wide)
FACIO_MEMBERS(Example, command, says)
#undef FACIO_MEMBERS

template <class R>
concept Record = requires(R& record) {
  members(record);
};

/// Whether `test` holds for every pair of corresponding members of two records.
template <Record R, class Test>
bool all_members(const R& a, const R& b, Test test) {
  return [&]<std::size_t... I>(const auto& left, const auto& right, std::index_sequence<I...>) {
    return (test(std::get<I>(left), std::get<I>(right)) && ...);
  }
  (members(a), members(b), std::make_index_sequence<std::tuple_size_v<decltype(members(a))>>());
}

}  // namespace facio::packed
