#include <cstdio>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/cells.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/grid.hpp"
#include "cli/output/value_text.hpp"

namespace facio::output {

using namespace json;

namespace {

bool is_status(const TableColumn& column) {
  const std::string_view path = column.path;
  return path == "status" || path.ends_with("_status") || path.ends_with(".status") || path == "action";
}

/// Whether a column counts things: large counts are shortened, names and positions that are numbers are not.
bool is_count(const TableColumn& column) {
  if (column.field == nullptr || column.field->type->kind != Kind::integer || column.field->attr.format != Format::none) return false;
  for (const std::string_view word : {"tokens", "count", "calls", "messages", "events", "chars", "runs", "requests"})
    if (column.path.ends_with(word)) return true;
  return false;
}

/// "1.2k", "3.4M"; false for numbers below 1000 and for what is no plain integer.
bool append_short_count(std::string& out, std::string_view raw) {
  double value = 0;
  if (kind_of(raw) != Json::number || !read_number(raw, value) || value < 1000) return false;
  std::size_t unit = 0;
  constexpr std::string_view kUnits = "kMGT";
  for (value /= 1000; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%c", value, kUnits[unit]);
  out += text;
  return true;
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
    if (options.raw_units || !is_count(column) || !append_short_count(grid.text(), cells[i]))
      append_value(grid.text(), cells[i], meaning_of(column.field), options);
    grid.end_cell(options.colored && is_status(column) ? tone_of(std::string_view(grid.text()).substr(begin)) : Tone::none);
  }
  grid.write(to, options);
  return {};
}

}  // namespace facio::output
