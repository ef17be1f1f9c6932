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
constexpr std::string_view kValue = "value";  ///< the column of items that are not objects

std::string title_of(std::string_view path) {
  std::string title;
  for (const char c : path) title += c == '_' ? ' ' : upper(c);
  return title;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto plain = [](char c) { return c == '-' || c == '_' ? ' ' : upper(c); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return plain(x) == plain(y); });
}

/// A name without what people leave out when they type it: "last_run_at_ms", "lastRun" and "last-run" all become "LASTRUN".
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

tl::unexpected<Error> unknown_column(const Endpoint& endpoint, std::string_view name, std::string_view option) {
  std::vector<std::string_view> known;
  for (const Column& column : endpoint.columns) known.push_back(column.path);
  if (endpoint.reply != nullptr)
    for (const Field& field : endpoint.reply->fields) known.push_back(field.name);
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
  for (const auto& [name, value] : json::Members(view.items.front().value)) {
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

std::string_view container_of(const Endpoint& endpoint, std::string_view root, Json kind) {
  if (kind_of(root) == Json::array) return kind == Json::array ? root : std::string_view{};
  const std::string_view declared = member(root, endpoint.items);
  if (kind_of(declared) == kind) return declared;
  const std::string_view by_area = member(root, endpoint.area());  // "sessions" in older agents
  return kind_of(by_area) == kind ? by_area : std::string_view{};
}

}  // namespace

ReplyView view_of(const Endpoint& endpoint, std::string_view body) {
  ReplyView view;
  view.whole = view.reply = trimmed(body);
  if (!endpoint.unwrap.empty())
    if (const auto inner = member(view.whole, endpoint.unwrap); !inner.empty()) view.whole = inner;
  const bool map = endpoint.form == ReplyForm::map;
  if (map || endpoint.form == ReplyForm::list) {
    const auto container = container_of(endpoint, view.whole, map ? Json::object : Json::array);
    if (!container.empty()) {
      view.is_list = true;
      view.is_map = map;
      view.whole = container;
    }
  }
  if (view.is_map) {
    for (const auto& [name, value] : json::Members(view.whole)) view.items.push_back({name, value});
  } else if (view.is_list) {
    for (const std::string_view value : Elements(view.whole)) view.items.push_back({{}, value});
  } else {
    view.items.push_back({{}, view.whole});
  }
  return view;
}

void PathTree::add(std::string_view path, std::size_t index) {
  if (path.empty()) {
    ends_.push_back(index);
    return;
  }
  const auto dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  auto known = std::ranges::find(children_, name, [](const PathTree& one) { return std::string_view(one.name_); });
  if (known == children_.end()) {
    known = children_.emplace(known);
    known->name_ = name;
  }
  known->add(dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1), index);
}

const PathTree* PathTree::child(std::string_view raw_name) const {
  const bool escaped = raw_name.find('\\') != std::string_view::npos;
  const std::string decoded = escaped ? unescaped(raw_name, false) : std::string();
  const std::string_view name = escaped ? std::string_view(decoded) : raw_name;
  const auto found = std::ranges::find(children_, name, [](const PathTree& one) { return std::string_view(one.name_); });
  return found == children_.end() ? nullptr : &*found;
}

void PathTree::fill(std::string_view value, std::span<std::string_view> to, bool through_arrays) const {
  for (const std::size_t index : ends_) to[index] = value;
  if (children_.empty()) return;
  for (const auto& [name, inner] : json::Members(value))
    if (const PathTree* below = child(name)) below->fill(inner, to, through_arrays);
  if (!through_arrays) return;
  for (const std::string_view inner : Elements(value)) fill(inner, to, true);
}

void PathTree::project(std::string_view value, std::string& to) const {
  const Json kind = kind_of(value);
  if (!ends_.empty() || (kind != Json::object && kind != Json::array)) {
    to += value;
    return;
  }
  const char open = kind == Json::object ? '{' : '[';
  char separator = open;
  const auto separate = [&] {
    to += separator;
    separator = ',';
  };
  for (const auto& [name, inner] : json::Members(value)) {
    const PathTree* below = child(name);
    if (below == nullptr) continue;
    separate();
    to.append("\"").append(name).append("\":");
    below->project(inner, to);
  }
  for (const std::string_view inner : Elements(value)) {
    separate();
    project(inner, to);
  }
  if (separator == open) to += open;
  to += kind == Json::object ? '}' : ']';
}

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

std::string_view changed_column(std::string_view word) { return word.starts_with('+') || word.starts_with('-') ? word.substr(1) : word; }

Result<TableCells> read_cells(const Endpoint& endpoint, const ReplyView& view, std::vector<TableColumn> columns, std::string_view option) {
  TableCells table{std::move(columns), {}, {}};
  const std::size_t width = table.columns.size();
  const std::string_view key = endpoint.key.empty() ? std::string_view("name") : endpoint.key;
  PathTree tree;
  for (std::size_t i = 0; i < width; ++i) tree.add(table.columns[i].path, i);
  const auto key_column = static_cast<std::size_t>(std::ranges::find(table.columns, key, &TableColumn::path) - table.columns.begin());
  const bool named = view.is_map && key_column < width;
  table.cells.resize(view.items.size() * width);
  if (named) table.names.reserve(view.items.size());  // cells point into it
  for (std::size_t row = 0; row < view.items.size(); ++row) {
    const std::span<std::string_view> cells(table.cells.data() + row * width, width);
    const std::string_view item = view.items[row].value;
    tree.fill(item, cells);
    if (width == 1 && table.columns[0].path == kValue && kind_of(item) != Json::object) cells[0] = item;
    if (named && cells[key_column].empty()) cells[key_column] = table.names.emplace_back('"' + std::string(view.items[row].name) + '"');
  }
  if (auto present = check_presence(endpoint, table.columns, table.cells, option); !present) return fail(std::move(present.error()));
  return table;
}

Result<TableCells> read_chosen_cells(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, bool all) {
  std::vector<TableColumn> columns;
  const bool fields = !options.fields.empty();
  const std::string_view option = fields ? "--fields" : "--columns";
  const auto& asked = fields ? options.fields : options.columns;
  const auto is_change = [](const std::string& word) { return !word.empty() && (word.front() == '+' || word.front() == '-'); };
  if (!fields && (asked.empty() || std::ranges::any_of(asked, is_change))) columns = default_columns(endpoint, view, all);
  for (const std::string& word : asked) {
    const bool change = !fields && is_change(word);
    auto column = column_named(endpoint, change ? changed_column(word) : std::string_view(word), option);
    if (!column) return fail(std::move(column.error()));
    const auto same = [&](const TableColumn& one) { return one.path == column->path; };
    if (change && word.front() == '-') {
      std::erase_if(columns, same);
    } else if (std::ranges::none_of(columns, same)) {
      columns.push_back(std::move(*column));
    }
  }
  return read_cells(endpoint, view, std::move(columns), option);
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
