// --filter: which items of a list are shown, by an expression over their fields. The agent knows nothing of it.
//
//   expression = both { "||" both } ;  both = single { "&&" single }
//   single     = "!" single | "(" expression ")" | FIELD [ operator value ]
//   operator   = "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
//   value      = a word, or a text in " or '
#pragma once

#include <memory>
#include <string_view>

#include "cli/output/columns.hpp"

namespace facio::output {

/// An expression that was read against what is declared about an endpoint's items.
class Filter {
 public:
  /// Code::usage with the position and what is wrong there; for an unknown field the nearest one. `now_ms` is what "-2h" counts from.
  static Result<Filter> parse(const Endpoint& endpoint, std::string_view text, std::int64_t now_ms);
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;
  ~Filter();

  /// Keeps the items for which the expression holds. Code::usage for a field that is not declared and that no item has either.
  Status apply(const Endpoint& endpoint, ReplyView& view) const;

 private:
  struct Impl;
  explicit Filter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::output
