#include "cli/output/cells.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/grid.hpp"
#include "cli/output/json_scan.hpp"
#include "cli/output/value_text.hpp"

namespace facio::output {
namespace {

bool is_status(const TableColumn& column) {
  const std::string_view path = column.path;
  return path == "status" || path.ends_with("_status") || path.ends_with(".status") || path == "action";
}

}  // namespace

Status write_table(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, Writer& to) {
  auto columns = choose_columns(endpoint, view, options, options.format == OutputFormat::wide);
  if (!columns) return fail(std::move(columns.error()));
  std::vector<std::string> names;
  const auto cells = cells_of(endpoint, view, *columns, names);
  if (auto present = check_presence(endpoint, *columns, cells, options.fields.empty() ? "--columns" : "--fields"); !present) return present;
  if (view.items.empty() || columns->empty()) return {};

  Grid grid(columns->size());
  for (std::size_t i = 0; i < columns->size(); ++i)
    if (!endpoint.key.empty() && (*columns)[i].path == endpoint.key) grid.keep(i);
  if (options.headers)
    for (const TableColumn& column : *columns) grid.add(column.title, Tone::heading);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const TableColumn& column = (*columns)[i % columns->size()];
    const std::size_t begin = grid.text().size();
    append_value(grid.text(), cells[i], meaning_of(column.field), options);
    grid.end_cell(options.colored && is_status(column) ? tone_of(std::string_view(grid.text()).substr(begin)) : Tone::none);
  }
  grid.write(to, options);
  return {};
}

}  // namespace facio::output
