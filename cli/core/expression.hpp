// The language of --filter, --exit-on and groups of contexts; `facioctl help filters` documents it for users.
//
//   expression = both { "||" both } ;  both = single { "&&" single }
//   single     = "!" single | "(" expression ")" | FIELD [ operator value ]
//   operator   = "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" | "=~" | "!=~"
//   value      = a word, or a text in " or ' (the only form behind =~ and !=~, which take a regular expression)
#pragma once

#include <functional>

#include "cli/core/regex.hpp"
#include "cli/core/shape.hpp"
#include "cli/core/typed_time.hpp"

namespace facio {

enum class Comparison : std::uint8_t { none, equal, different, less, at_most, more, at_least, like, unlike, match, mismatch };

enum class ValueKind : std::uint8_t { absent, boolean, number, text, list, object };

/// A value of a record.
struct Value {
  ValueKind kind = ValueKind::absent;
  std::string text = {};             ///< a text itself; of anything else but a list its JSON
  std::vector<Value> elements = {};  ///< of a list
};

/// The right side of a comparison, in every type it can be read as.
struct Wanted {
  std::string text;
  bool is_null = false;
  bool is_boolean = false, boolean = false;
  bool is_number = false;
  bool is_plain = false;         ///< the text is the number, in the unit of the value
  double number = 0;             ///< in the unit of the field: milliseconds for instants and durations, bytes for sizes
  double last = 0;               ///< of a day its last millisecond, else the same as `number`
  double day = 0;                ///< of a time: the midnight of its day in UTC, for values that are dates
  std::optional<Regex> pattern;  ///< of match and mismatch
};

/// Reads the right side for a field (null: undeclared). Code::usage says what the field is and how to write it, or what is wrong with a
/// regular expression.
Result<Wanted> read_wanted(const Field* field, Comparison how, std::string_view text, bool quoted, const TimeRule& times);

/// Whether the comparison holds. Of a day, less is before it, more is after it, and equal within it. Nothing is less or more than an absent
/// value. Of a list, one element has to match (for `!=`, `!~` and `!=~`: none may).
bool compares(const Value& value, const Field* field, Comparison how, const Wanted& wanted);

/// Whether a value alone counts as true: it is not absent, null, false, 0 or empty.
bool holds(const Value& value);

/// Whether `text` contains `pattern`, or matches it if it has a * or ?; ASCII letters match in either case.
bool is_like(std::string_view text, std::string_view pattern);

/// Where an expression is used.
struct ExpressionPlace {
  std::string_view flag = {};     ///< begins messages and is their field; empty: the caller adds it
  std::string_view example = {};  ///< for the hint
  TimeRule times = {};            ///< how times in it are read
  /// The dialect used here up to 0.1.0: what had another meaning in it is refused, with the way to write it now.
  enum class Before : std::uint8_t { same, groups, events } before = Before::same;
};

/// A parsed expression. Parsing and evaluating take linear time in its length, which is bounded.
class Expression {
 public:
  /// A field: its index for `holds`, and its declaration (may be null).
  struct Known {
    std::size_t index = 0;
    const Field* field = nullptr;
  };
  using Resolve = std::function<Result<Known>(std::string_view name)>;

  /// Code::usage with the position and what is wrong there; errors of `resolve` get the position, too.
  static Result<Expression> parse(std::string_view text, const ExpressionPlace& place, const Resolve& resolve);

  /// Whether it holds. `value(index)` returns the Value of a field; it is called only for those that matter.
  template <class F>
  [[nodiscard]] bool holds(F&& value) const {
    std::size_t at = 0;
    while (at < tests_.size()) {
      const Test& test = tests_[at];
      at = test.holds(value(test.known.index)) ? test.if_so : test.if_not;
    }
    return at == kHolds;
  }

 private:
  static constexpr std::size_t kHolds = static_cast<std::size_t>(-1), kFails = kHolds - 1;

  /// One comparison, and which one is next by its outcome: that is all that && || ! and parentheses come to.
  struct Test {
    Known known;
    Comparison how = Comparison::none;
    Wanted wanted = {};
    std::size_t if_so = kHolds, if_not = kFails;

    [[nodiscard]] bool holds(const Value& value) const {
      return how == Comparison::none ? facio::holds(value) : compares(value, known.field, how, wanted);
    }
  };
  class Reader;

  std::vector<Test> tests_;
};

}  // namespace facio
