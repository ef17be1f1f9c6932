// --filter: which items of a list are shown, by an expression (cli/core/expression.hpp) over their fields. The agent knows nothing of it.
#pragma once

#include <string_view>
#include <vector>

#include "cli/core/expression.hpp"
#include "cli/output/columns.hpp"

namespace facio::output {

/// An expression that was read against what is declared about an endpoint's items.
class Filter {
 public:
  /// Code::usage with the position and what is wrong there; for an unknown field the nearest one. `now_ms` is what "-2h" counts from.
  static Result<Filter> parse(const Endpoint& endpoint, std::string_view text, std::int64_t now_ms);

  /// Keeps the items for which the expression holds. Code::usage for a field that is not declared and that no item has either.
  Status apply(const Endpoint& endpoint, ReplyView& view) const;

 private:
  Filter(std::vector<TableColumn> columns, Expression expression) : columns_(std::move(columns)), expression_(std::move(expression)) {}

  std::vector<TableColumn> columns_;
  Expression expression_;
};

/// The field of an endpoint's items that a name in an expression means: its place in `columns`, where it is added when it is new.
Result<Expression::Known> known_column(const Endpoint& endpoint, std::string_view name, std::vector<TableColumn>& columns);

/// A slice of checked JSON as an expression takes it.
Value value_of(std::string_view json);
/// Whether it is true by itself.
inline bool holds(std::string_view json) { return facio::holds(value_of(json)); }

}  // namespace facio::output
