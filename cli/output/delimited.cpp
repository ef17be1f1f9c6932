#include "cli/core/json_scan.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

namespace {

/// RFC 4180: quoted when it holds a separator, a quote, a line break, or blanks at an end that a reader might drop.
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

/// A string's text, a compact object or array, a number as it was spelt; nothing for null.
std::string plain_value(std::string_view value) {
  std::string text;
  switch (kind_of(value)) {
    case Json::nothing:
    case Json::null: break;
    case Json::string: text = unescaped(value); break;
    case Json::array:
    case Json::object: append_compact(text, value); break;
    default: text = value;
  }
  return text;
}

}  // namespace

Status write_delimited(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, bool tabs, Writer& to) {
  auto columns = choose_columns(endpoint, view, options, true);
  if (!columns) return fail(std::move(columns.error()));
  std::vector<std::string> names;
  const auto cells = cells_of(endpoint, view, *columns, names);
  if (auto present = check_presence(endpoint, *columns, cells, options.fields.empty() ? "--columns" : "--fields"); !present) return present;
  if (view.items.empty() || columns->empty()) return {};

  const auto append = tabs ? append_tsv : append_csv;
  const auto end_of_cell = [&](std::size_t column) {
    if (column + 1 < columns->size()) to.text += tabs ? '\t' : ',';
    else to.text += tabs ? "\n" : "\r\n";
  };
  for (std::size_t i = 0; options.headers && i < columns->size(); ++i) {
    append(to.text, (*columns)[i].path);
    end_of_cell(i);
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    append(to.text, plain_value(cells[i]));
    end_of_cell(i % columns->size());
    if (!to.next()) break;
  }
  return {};
}

Status write_names(const Endpoint& endpoint, const ReplyView& view, Writer& to) {
  if (endpoint.key.empty() && !view.is_map)
    return fail(Error(Code::usage, "-o name: this reply holds nothing that has a name").with_field("-o").with_hint("use -o json"));
  for (const Item& item : view.items) {
    std::string name = view.is_map ? unescaped(item.name, false) : plain_value(member(item.value, endpoint.key));
    if (name.empty()) return fail(Code::server, "the answer has an item without '" + std::string(endpoint.key) + "'");
    to.text += endpoint.area();
    to.text += '/';
    to.text += printable(name);
    to.text += '\n';
    if (!to.next()) break;
  }
  return {};
}

}  // namespace facio::output
