// Typed comparison: a value of a record with what a person wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/regex.hpp"
#include "cli/core/shape.hpp"

namespace facio {

enum class Comparison : std::uint8_t { none, equal, different, less, at_most, more, at_least, like, unlike, match, mismatch };

enum class ValueKind : std::uint8_t { absent, boolean, number, text, list, object };

/// A value of a record.
struct Value {
  ValueKind kind = ValueKind::absent;
  std::string text = {};             ///< of a text; of everything else but a list its JSON
  std::vector<Value> elements = {};  ///< of a list
};

/// The right side of a comparison, in every reading that it has.
struct Wanted {
  std::string text;
  bool is_null = false;
  bool is_boolean = false, boolean = false;
  bool is_number = false;
  double number = 0;             ///< in the unit of the field: milliseconds of an instant or a duration, bytes
  std::optional<Regex> pattern;  ///< of match and mismatch
};

/// Reads the right side for a field (null: nothing is declared). Code::usage, with what the field is and how to write it, or what is wrong
/// with a regular expression. `now_ms` is what "-2h" counts from.
Result<Wanted> read_wanted(const Field* field, Comparison how, std::string_view text, bool quoted, std::int64_t now_ms);

/// Whether `value` compares so. Nothing is less or more than an absent value; a list is compared by its elements, of which one has to fit
/// (with `!=`, `!~` and `!=~` none may).
bool compares(const Value& value, const Field* field, Comparison how, const Wanted& wanted);

/// Whether a value by itself is true: not absent, null, false, 0 or empty.
bool holds(const Value& value);

/// Whether `text` has `pattern` in it, or is as a pattern with * and ? says; letters of ASCII in either case.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace facio
