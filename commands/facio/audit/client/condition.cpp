#include "commands/facio/audit/client/condition.hpp"

#include "cli/catalogue/system.hpp"
#include "cli/core/time.hpp"
#include "cli/output/filter.hpp"
#include "cli/core/json_scan.hpp"

namespace facio::audit {

Result<Condition> Condition::parse(std::string_view text, std::string_view flag) {
  const Endpoint& events = *find_endpoint("audit.list");
  std::vector<output::TableColumn> columns;
  const ExpressionPlace place{.flag = flag,
                              .example = "as in --filter 'status==error && duration_ms>2s'",
                              .now_ms = now_ms(),
                              .before = ExpressionPlace::Before::events};
  auto expression = Expression::parse(text, place, [&](std::string_view name) {
    if (name == "type") name = "event";
    if (name == "tool") name = "tool_name";
    return output::known_column(events, name, columns);
  });
  if (!expression) return fail(std::move(expression.error()));
  std::vector<std::string> paths;
  paths.reserve(columns.size());
  for (output::TableColumn& column : columns) paths.push_back(std::move(column.path));
  return Condition(std::move(paths), std::move(*expression));
}

bool Condition::holds(std::string_view json) const {
  return json::check_json(json) &&
         expression_.holds([&](std::size_t index) { return output::value_of(json::value_at(json, paths_[index])); });
}

}  // namespace facio::audit
