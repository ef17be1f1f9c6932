// The language of conditions: --filter, --exit-on, and groups of contexts. `facioctl help filters` is what people read about it.
//
//   expression = both { "||" both } ;  both = single { "&&" single }
//   single     = "!" single | "(" expression ")" | FIELD [ operator value ]
//   operator   = "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" | "=~" | "!=~"
//   value      = a word, or a text in " or ' (the only form behind =~ and !=~, which take a regular expression)
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "cli/core/comparison.hpp"

namespace facio {

/// Where an expression stands.
struct ExpressionPlace {
  std::string_view flag = {};     ///< begins messages and is their field; empty: whoever asks says where
  std::string_view example = {};  ///< for the hint
  std::int64_t now_ms = 0;        ///< what "-2h" counts from
  /// What stood here up to 0.1.0 in a dialect of its own: what meant something else there is refused, with how to write it now.
  enum class Before : std::uint8_t { same, groups, events } before = Before::same;
};

/// An expression that was read. Reading and asking take time in proportion to its length, which is bounded.
class Expression {
 public:
  /// A field: what `holds` is to be asked for, and what is declared about it (may be null).
  struct Known {
    std::size_t index = 0;
    const Field* field = nullptr;
  };
  using Resolve = std::function<Result<Known>(std::string_view name)>;

  /// Code::usage with the position and what is wrong there; errors of `resolve` get their position, too.
  static Result<Expression> parse(std::string_view text, const ExpressionPlace& place, const Resolve& resolve);

  /// Whether it holds; `value(index)` gives the Value of a field, and is called for those alone that matter.
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

  /// One comparison, and which one comes next. && || ! and parentheses are nothing but that.
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
