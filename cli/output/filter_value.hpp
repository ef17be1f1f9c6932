// Typed comparison for --filter: a value of an item with what a person wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/shape.hpp"

namespace facio::output {

enum class Comparison : std::uint8_t { none, equal, different, less, at_most, more, at_least, like, unlike };

/// The right side of a comparison, in every reading that it has.
struct Wanted {
  std::string text;
  bool quoted = false;
  bool is_null = false;
  bool is_boolean = false, boolean = false;
  bool is_number = false;
  double number = 0;  ///< in the unit of the field: milliseconds of an instant or a duration, bytes
};

/// Reads the right side for a field (null: nothing is declared). Code::usage, with what the field is and how to write it.
Result<Wanted> read_wanted(const Field* field, std::string_view text, bool quoted, std::int64_t now_ms);

/// Whether `value` (checked JSON; empty: absent) compares so. Nothing is less or more than an absent value; an array is
/// compared by its elements, of which one has to fit (with `!=` and `!~` none may).
bool compares(std::string_view value, const Field* field, Comparison how, const Wanted& wanted);

/// Whether a value by itself is true: not absent, null, false, 0 or empty.
bool holds(std::string_view value);

/// Whether `text` has `pattern` in it, or is as a pattern with * and ? says; letters of ASCII in either case.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace facio::output
