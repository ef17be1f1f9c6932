#include "cli/output/columns.hpp"

#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/value_text.hpp"

namespace facio::output {

using namespace json;

namespace {

constexpr std::size_t kMostDefaultColumns = 8;
constexpr std::string_view kValue = "value";  ///< the column of items that are no objects

std::string title_of(std::string_view path) {
  std::string title;
  for (const char c : path) title += c == '_' ? ' ' : upper(c);
  return title;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto plain = [](char c) { return c == '-' || c == '_' ? ' ' : upper(c); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return plain(x) == plain(y); });
}

/// A name without what people leave out: "last_run_at_ms", "lastRun" and "last-run" are all "LASTRUN".
std::string spoken(std::string_view name) {
  for (const std::string_view unit : {"_at_ms", "_at", "_ms"})
    if (name.size() > unit.size() && name.ends_with(unit)) {
      name.remove_suffix(unit.size());
      break;
    }
  std::string plain;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ') plain += upper(c);
  return plain;
}

TableColumn declared(const Endpoint& endpoint, const Column& column) {
  bool open = false;
  return {std::string(column.path), std::string(column.title), field_at(endpoint.reply, column.path, open), true};
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('.') + 1); }

/// All names that column_named() understands from the declaration.
std::vector<std::string_view> known_names(const Endpoint& endpoint) {
  std::vector<std::string_view> names;
  for (const Column& column : endpoint.columns) names.push_back(column.path);
  if (endpoint.reply != nullptr)
    for (const Field& field : endpoint.reply->fields) names.push_back(field.name);
  return names;
}

tl::unexpected<Error> unknown_column(const Endpoint& endpoint, std::string_view name, std::string_view option) {
  const auto known = known_names(endpoint);
  const std::string_view near = nearest(name, known);
  std::string message = std::string(option) + (option.empty() ? "" : ": ") + "there is no field '" + printable(name) + "'";
  if (!near.empty()) message += "; the nearest is '" + std::string(near) + "'";
  std::string hint = "facioctl " + std::string(endpoint.area());
  if (!endpoint.verb().empty()) hint += " " + std::string(endpoint.verb());
  return fail(Error(Code::usage, std::move(message)).with_field(std::string(option)).with_hint(hint + " --fields help"));
}

/// Without declared columns: the plain members, of the shape or of the first item.
std::vector<TableColumn> derived_columns(const Endpoint& endpoint, const ReplyView& view, bool all) {
  std::vector<TableColumn> columns;
  const auto is_full = [&] { return !all && columns.size() >= kMostDefaultColumns; };
  if (endpoint.reply != nullptr) {
    for (const Field& field : endpoint.reply->fields) {
      const bool nested = field.type->kind == Kind::array || field.type->kind == Kind::map || field.type->kind == Kind::any ||
                          (field.type->kind == Kind::object && !is_tagged(field.type->shape));
      if ((!nested || all) && !is_full()) columns.push_back({std::string(field.name), title_of(field.name), &field, true});
    }
    return columns;
  }
  if (view.items.empty()) return columns;
  if (kind_of(view.items.front().value) != Json::object) return {{std::string(kValue), title_of(kValue), nullptr, true}};
  std::string_view name, value;
  for (json::Members members(view.items.front().value); members.next(name, value);) {
    const bool nested = kind_of(value) == Json::object || kind_of(value) == Json::array;
    const std::string plain = unescaped(name, false);
    if ((!nested || all) && !is_full() && plain.find('.') == std::string::npos)
      columns.push_back({plain, printable(title_of(plain)), nullptr, true});
  }
  return columns;
}

std::vector<TableColumn> default_columns(const Endpoint& endpoint, const ReplyView& view, bool all) {
  if (endpoint.columns.empty()) return derived_columns(endpoint, view, all);
  std::vector<TableColumn> columns;
  for (const Column& column : endpoint.columns)
    if (all || !column.wide) columns.push_back(declared(endpoint, column));
  return columns;
}

}  // namespace

const Field* field_at(const Shape* shape, std::string_view path, bool& open) {
  open = shape == nullptr;
  const Field* field = nullptr;
  while (shape != nullptr) {
    const auto dot = path.find('.');
    field = shape->find(path.substr(0, dot));
    open = shape->open && field == nullptr;
    if (field == nullptr || dot == std::string_view::npos) return field;
    path.remove_prefix(dot + 1);
    const Type* type = field->type;
    while (type->kind == Kind::array && type->element != nullptr) type = type->element;
    open = type->kind == Kind::map || type->kind == Kind::any;
    shape = type->shape;
  }
  return nullptr;
}

Result<TableColumn> column_named(const Endpoint& endpoint, std::string_view name, std::string_view option) {
  for (const Column& column : endpoint.columns)
    if (column.path == name || same_word(column.title, name)) return declared(endpoint, column);
  bool open = false;
  if (const Field* field = field_at(endpoint.reply, name, open)) return TableColumn{std::string(name), title_of(name), field, true};
  for (const Column& column : endpoint.columns)
    if (same_word(last_part(column.path), name)) return declared(endpoint, column);
  for (const Column& column : endpoint.columns)
    if (spoken(last_part(column.path)) == spoken(name)) return declared(endpoint, column);
  if (name.empty() || !open) return unknown_column(endpoint, name, option);
  return TableColumn{std::string(name), printable(title_of(name)), nullptr, false};
}

Result<std::vector<TableColumn>> choose_columns(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, bool all) {
  std::vector<TableColumn> columns;
  const bool fields = !options.fields.empty();
  const std::string_view option = fields ? "--fields" : "--columns";
  const auto& asked = fields ? options.fields : options.columns;
  const auto is_change = [](const std::string& word) { return !word.empty() && (word.front() == '+' || word.front() == '-'); };
  if (!fields && (asked.empty() || std::any_of(asked.begin(), asked.end(), is_change))) columns = default_columns(endpoint, view, all);
  for (const std::string& word : asked) {
    const bool change = !fields && is_change(word);
    auto column = column_named(endpoint, change ? std::string_view(word).substr(1) : std::string_view(word), option);
    if (!column) return fail(std::move(column.error()));
    const auto same = [&](const TableColumn& one) { return one.path == column->path; };
    if (change && word.front() == '-') {
      columns.erase(std::remove_if(columns.begin(), columns.end(), same), columns.end());
    } else if (std::none_of(columns.begin(), columns.end(), same)) {
      columns.push_back(std::move(*column));
    }
  }
  return columns;
}

std::vector<std::string_view> cells_of(const Endpoint& endpoint, const ReplyView& view, const std::vector<TableColumn>& columns,
                                       std::vector<std::string>& names) {
  PathTree tree;
  const std::string_view key = endpoint.key.empty() ? std::string_view("name") : endpoint.key;
  std::size_t key_column = columns.size();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    tree.add(columns[i].path, i);
    if (view.is_map && columns[i].path == key) key_column = i;
  }
  std::vector<std::string_view> cells(view.items.size() * columns.size());
  if (key_column < columns.size()) names.reserve(view.items.size());
  for (std::size_t row = 0; row < view.items.size(); ++row) {
    const std::span<std::string_view> here(cells.data() + row * columns.size(), columns.size());
    const std::string_view item = view.items[row].value;
    tree.fill(item, here);
    if (columns.size() == 1 && columns[0].path == kValue && kind_of(item) != Json::object) here[0] = item;
    if (key_column < columns.size() && here[key_column].empty()) {
      names.push_back('"' + std::string(view.items[row].name) + '"');
      here[key_column] = names.back();
    }
  }
  return cells;
}

Status check_presence(const Endpoint& endpoint, const std::vector<TableColumn>& columns, const std::vector<std::string_view>& cells,
                      std::string_view option) {
  if (cells.empty()) return {};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    bool found = columns[i].checked;
    for (std::size_t at = i; !found && at < cells.size(); at += columns.size()) found = !cells[at].empty();
    if (!found) return unknown_column(endpoint, columns[i].path, option);
  }
  return {};
}

}  // namespace facio::output
