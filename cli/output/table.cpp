#include <algorithm>
#include <cstdio>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/grid.hpp"
#include "cli/output/value_text.hpp"

namespace facio::output {

using namespace json;

namespace {

/// Whether a column counts things: only large counts are shortened, not names or positions that happen to be numbers.
bool is_count(const TableColumn& column) {
  if (column.field == nullptr || column.field->type->kind != Kind::integer || column.field->attr.format != Format::none) return false;
  for (const std::string_view word : {"tokens", "count", "calls", "messages", "events", "chars", "runs", "requests"})
    if (column.path.ends_with(word)) return true;
  return false;
}

/// "1.2k", "3.4M"; false for numbers below 1000 and for what is not a number.
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

/// In a table of findings, what was found and what to do about it are shown whole.
void wrap_findings(const std::vector<TableColumn>& columns, Grid& grid) {
  if (std::ranges::none_of(columns, is_advice, &TableColumn::path)) return;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (is_advice(columns[i].path) || columns[i].path == "message") grid.wrap(i);
}

}  // namespace

Status write_table(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, Writer& to) {
  const auto table = read_chosen_cells(endpoint, view, options, options.format == OutputFormat::wide);
  if (!table) return fail(table.error());
  const auto& [columns, cells, names] = *table;
  if (view.items.empty() || columns.empty()) return {};
  Grid grid(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (!endpoint.key.empty() && columns[i].path == endpoint.key) grid.keep(i);
  wrap_findings(columns, grid);
  if (options.headers)
    for (const TableColumn& column : columns) grid.add(column.title, Tone::heading);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const TableColumn& column = columns[i % columns.size()];
    const std::size_t begin = grid.text().size();
    if (options.raw_units || !is_count(column) || !append_short_count(grid.text(), cells[i]))
      append_value(grid.text(), cells[i], meaning_of(column.field), options);
    const bool toned = options.colored && (is_status(column.path) || column.path == "action");
    grid.end_cell(toned ? tone_of(std::string_view(grid.text()).substr(begin)) : Tone::none);
  }
  grid.write(to, options);
  return {};
}

}  // namespace facio::output
