// --filter: which items of a list are shown, by an expression (cli/core/expression.hpp) over their fields. The client alone evaluates it.
#pragma once

#include <string_view>
#include <vector>

#include "cli/core/expression.hpp"
#include "cli/output/columns.hpp"

namespace facio::output {

/// An expression over the fields that an endpoint declares for its items.
class Filter {
 public:
  /// Code::usage with the position and what is wrong there; for an unknown field the nearest one.
  static Result<Filter> parse(const Endpoint& endpoint, std::string_view text, const TimeRule& times);

  /// Keeps the items for which the expression holds. Code::usage for a field that is not declared and that no item has either.
  Status apply(const Endpoint& endpoint, ReplyView& view) const;

 private:
  Filter(std::vector<TableColumn> columns, Expression expression) : columns_(std::move(columns)), expression_(std::move(expression)) {}

  std::vector<TableColumn> columns_;
  Expression expression_;
};

/// The field that a name in an expression means: its index in `columns`, to which it is added when it is new.
Result<Expression::Known> known_column(const Endpoint& endpoint, std::string_view name, std::vector<TableColumn>& columns);

/// Checked JSON as the value of a field in an expression.
Value value_of(std::string_view json);
/// Whether the value alone counts as true.
inline bool holds(std::string_view json) { return facio::holds(value_of(json)); }

}  // namespace facio::output
