#include "cli/core/json_scan.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

namespace {

/// RFC 4180: in quotes when it holds a separator, a quote or a line break, or begins or ends with a blank, which readers may drop.
void append_csv(std::string& out, std::string_view text) {
  const bool quote =
      text.find_first_of(",\"\r\n") != std::string_view::npos || (!text.empty() && (text.front() == ' ' || text.back() == ' '));
  if (!quote) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

std::string harmless_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) text.insert(0, "'");
  return text;
}

void append_tsv(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
  }
}

Status write_delimited(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, bool tabs, Writer& to) {
  const auto table = read_chosen_cells(endpoint, view, options, true);
  if (!table) return fail(table.error());
  const auto& [columns, cells, names] = *table;
  if (view.items.empty() || columns.empty()) return {};
  const auto append = tabs ? append_tsv : append_csv;
  const auto add = [&, width = columns.size()](std::string_view text, std::size_t column) {
    // A line with nothing on it would be no record.
    if (width == 1 && text.empty() && !tabs) to.text += "\"\"";
    append(to.text, text);
    if (column + 1 < width) to.text += tabs ? '\t' : ',';
    else to.text += tabs ? "\n" : "\r\n";
  };
  for (std::size_t i = 0; options.headers && i < columns.size(); ++i) add(columns[i].path, i);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool is_text = options.harmless_cells && cells[i].starts_with('"');  // a number is no formula, whatever its sign
    add(is_text ? harmless_cell(text_of(cells[i])) : text_of(cells[i]), i % columns.size());
    if (!to.next()) break;
  }
  return {};
}

Status check_has_names(const Endpoint& endpoint) {
  if (!endpoint.key.empty() || endpoint.form == ReplyForm::map) return {};
  return fail(Error(Code::usage, "-o name: nothing in this reply has a name").with_field("-o").with_hint("use -o json"));
}

Status write_names(const Endpoint& endpoint, const ReplyView& view, Writer& to) {
  if (!view.is_map)
    if (auto good = check_has_names(endpoint); !good) return good;
  for (const Item& item : view.items) {
    std::string name = view.is_map ? unescaped(item.name, false) : text_of(member(item.value, endpoint.key));
    if (name.empty()) return fail(Code::server, "the answer has an item without '" + std::string(endpoint.key) + "'");
    to.text.append(endpoint.area()).append("/").append(printable(name)).append("\n");
    if (!to.next()) break;
  }
  return {};
}

}  // namespace facio::output
