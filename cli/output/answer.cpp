#include "cli/output/answer.hpp"

#include "cli/core/json_scan.hpp"
#include "cli/output/columns.hpp"
#include "cli/output/filter.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/sorting.hpp"

namespace facio::output {

using namespace json;

namespace {

std::string_view name_of(Json kind) {
  constexpr std::string_view names[] = {"nothing", "null", "a boolean", "a number", "a string", "an array", "an object"};
  return names[static_cast<int>(kind)];
}

/// Refuses JSON that is not of the declared form: an agent of another kind, or a proxy's answer.
Status check_form(const Endpoint& endpoint, const ReplyView& view) {
  const Json kind = kind_of(view.whole);
  const bool collection = endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map;
  if (collection ? view.is_list : endpoint.reply == nullptr || kind == Json::object) return {};
  std::string expected = "an object";
  if (collection)
    expected += (endpoint.form == ReplyForm::map ? " with the map \"" : " with the array \"") + std::string(endpoint.items) + "\"";
  const std::string got = collection && kind == Json::object ? "one without it" : std::string(name_of(kind));
  return fail(Code::server, "the answer is not of the declared form: expected " + expected + ", but got " + got,
              "is this address that of an agent? facioctl api shows its answers as they are");
}

}  // namespace

Status Answer::read(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, bool project_fields) {
  if (auto checked = check_json(body); !checked) return checked;
  view = view_of(endpoint, body);
  if (auto fits = check_form(endpoint, view); !fits) return fits;
  if (!options.filter.empty()) {
    if (!view.is_list)
      return fail(
          Error(Code::usage, "--filter: belongs to lists, and this answer is one object").with_field("--filter").with_hint("use --query"));
    auto filter = Filter::parse(endpoint, options.filter, options.now_ms);
    if (!filter) return fail(std::move(filter.error()));
    if (auto kept = filter->apply(endpoint, view); !kept) return kept;
    changed_ = true;
  }
  if (view.is_list && !options.sort_by.empty()) {
    if (auto sorted = sort_items(endpoint, view, options.sort_by); !sorted) return sorted;
    changed_ = true;
  }
  return project_fields && !options.fields.empty() ? project(endpoint, options.fields) : Status();
}

Status Answer::project(const Endpoint& endpoint, const std::vector<std::string>& fields) {
  std::vector<TableColumn> columns;
  PathTree tree;
  for (const std::string& name : fields) {
    auto column = column_named(endpoint, name, "--fields");
    if (!column) return fail(std::move(column.error()));
    tree.add(column->path, columns.size());
    columns.push_back(std::move(*column));
  }
  std::vector<std::size_t> ends;
  std::vector<std::string_view> seen(view.items.empty() ? 0 : columns.size());
  for (const Item& item : view.items) {
    tree.fill(item.value, seen, true);
    tree.project(item.value, projected_);
    ends.push_back(projected_.size());
  }
  if (auto present = check_presence(endpoint, columns, seen, "--fields"); !present) return present;
  for (std::size_t i = 0, begin = 0; i < view.items.size(); begin = ends[i++])
    view.items[i].value = std::string_view(projected_).substr(begin, ends[i] - begin);
  changed_ = true;
  return {};
}

std::string_view Answer::json() {
  if (!changed_) return view.whole;
  if (!view.is_list) return view.items.front().value;
  joined_.clear();
  char separator = view.is_map ? '{' : '[';
  if (view.items.empty()) joined_ += separator;
  for (const Item& item : view.items) {
    joined_ += separator;
    separator = ',';
    if (view.is_map) joined_.append("\"").append(item.name).append("\":");
    joined_ += item.value;
  }
  joined_ += view.is_map ? '}' : ']';
  return joined_;
}

void Answer::append_item(const Endpoint& endpoint, const Item& item, std::string& out) const {
  if (!view.is_map) return append_compact(out, item.value);
  const std::string_view key = endpoint.key.empty() ? std::string_view("name") : endpoint.key;
  const bool object = kind_of(item.value) == Json::object;
  out.append("{\"").append(key).append("\":\"").append(item.name).append("\"");
  if (!object) out += ",\"value\":";
  if (object && !is_empty(item.value)) out += ',';
  append_compact(out, object ? item.value.substr(1) : item.value);
  if (!object) out += '}';
}

}  // namespace facio::output
