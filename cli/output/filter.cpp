#include "cli/output/filter.hpp"

#include <algorithm>

#include "cli/core/json_scan.hpp"

namespace facio::output {

using namespace json;

constexpr std::string_view kFlag = "--filter";

Value value_of(std::string_view json) {
  switch (kind_of(json)) {
    case Json::nothing:
    case Json::null: return {};
    case Json::string: return {ValueKind::text, unescaped(json)};
    case Json::boolean: return {ValueKind::boolean, std::string(json)};
    case Json::number: return {ValueKind::number, std::string(json)};
    case Json::object: return {ValueKind::object, std::string(json)};
    case Json::array: break;
  }
  Value list{ValueKind::list};
  for (const std::string_view element : Elements(json)) list.elements.push_back(value_of(element));
  return list;
}

Result<Expression::Known> known_column(const Endpoint& endpoint, std::string_view name, std::vector<TableColumn>& columns) {
  auto column = column_named(endpoint, name, {});
  if (!column) return fail(std::move(column.error()));
  auto found = std::ranges::find(columns, column->path, &TableColumn::path);
  if (found == columns.end()) found = columns.insert(found, std::move(*column));
  return Expression::Known{static_cast<std::size_t>(found - columns.begin()), found->field};
}

Result<Filter> Filter::parse(const Endpoint& endpoint, std::string_view text, const TimeRule& times) {
  std::vector<TableColumn> columns;
  auto expression =
      Expression::parse(text, {.flag = kFlag, .example = "for example --filter 'enabled==false && name~report'", .times = times},
                        [&](std::string_view name) { return known_column(endpoint, name, columns); });
  if (!expression) return fail(std::move(expression.error()));
  return Filter(std::move(columns), std::move(*expression));
}

Status Filter::apply(const Endpoint& endpoint, ReplyView& view) const {
  const auto table = read_cells(endpoint, view, columns_, kFlag);
  if (!table) return fail(table.error());
  std::size_t kept = 0;
  for (std::size_t row = 0; row < view.items.size(); ++row)
    if (expression_.holds([&](std::size_t index) { return value_of(table->cells[row * columns_.size() + index]); }))
      view.items[kept++] = view.items[row];
  view.items.resize(kept);
  return {};
}

}  // namespace facio::output
