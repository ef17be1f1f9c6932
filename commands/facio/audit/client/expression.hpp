// A condition on one event, as --filter and --exit-on take it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/audit/client/pattern.hpp"

namespace facio::audit {

/// Comparisons joined by && and || (&& binds first), as "event==error && duration_ms>=1000". `type` and `tool` are short for event and
/// tool_name; a path with dots leads into details. A value is a number, a word, or text in quotes; behind ~
/// and !~ an extended regular expression.
class Expression {
 public:
  /// Code::usage tells where it cannot be read.
  static Result<Expression> parse(std::string_view text, const std::string& shown);
  /// Whether it holds for this event.
  [[nodiscard]] bool holds(std::string_view json) const;

 private:
  enum class Compare : std::uint8_t { equal, unequal, less, at_most, more, at_least, fits, unfit, exists };
  struct Term {
    std::string path;
    Compare compare = Compare::exists;
    std::string value;
    bool negated = false;
    std::optional<Pattern> pattern = {};  ///< of ~ and !~
  };
  static Result<Term> read_term(std::string_view text, const std::string& shown);
  [[nodiscard]] static bool holds(const Term& term, std::string_view json);

  std::vector<std::vector<Term>> any_;  ///< one of these, of each all
};

}  // namespace facio::audit
