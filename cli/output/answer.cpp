#include "cli/output/answer.hpp"

#include <algorithm>
#include <cmath>

#include "cli/core/decimal.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/columns.hpp"
#include "cli/output/filter.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

namespace {

std::string_view name_of(Json kind) {
  constexpr std::string_view names[] = {"nothing", "null", "a boolean", "a number", "a string", "an array", "an object"};
  return names[static_cast<int>(kind)];
}

/// Refuses JSON that is not of the declared form: from another kind of agent, or from a proxy.
Status check_form(const Endpoint& endpoint, const ReplyView& view) {
  const Json kind = kind_of(view.whole);
  const bool collection = endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map;
  if (collection ? view.is_list : endpoint.reply == nullptr || kind == Json::object) return {};
  std::string expected = "an object";
  if (collection)
    expected += (endpoint.form == ReplyForm::map ? " with the map \"" : " with the array \"") + std::string(endpoint.items) + "\"";
  const std::string got = collection && kind == Json::object ? "one without it" : std::string(name_of(kind));
  return fail(Code::server, "the answer does not have the declared form: expected " + expected + ", but got " + got,
              "is this the address of an agent? facioctl api shows its raw answers");
}

constexpr double kExact = 9007199254740992;  ///< 2^53: doubles hold every integer up to here

/// What an item is sorted by; numbers come before texts, and items without a value last in both directions.
struct SortKey {
  enum class Rank : std::uint8_t { number, text, missing } rank = Rank::missing;
  double number = 0;
  std::string text;  ///< also of a number that a double does not hold exactly
};

SortKey sort_key(std::string_view value, Format format) {
  const auto number = [](double of) { return SortKey{SortKey::Rank::number, of, {}}; };
  switch (kind_of(value)) {
    case Json::nothing:
    case Json::null: return {};
    case Json::boolean: return number(value == "true" ? 1 : 0);
    case Json::number: {
      double read = 0;
      (void)read_number(value, read);
      return {SortKey::Rank::number, read, std::abs(read) > kExact ? std::string(value) : std::string()};
    }
    case Json::string: {
      std::string text = unescaped(value);
      if (format == Format::time)
        if (const auto ms = parse_rfc3339(text)) return number(static_cast<double>(*ms));
      return {SortKey::Rank::text, 0, std::move(text)};
    }
    default: return {SortKey::Rank::text, 0, std::string(value)};
  }
}

bool is_before(const SortKey& a, const SortKey& b, bool descending) {
  if (a.rank == SortKey::Rank::missing || b.rank == SortKey::Rank::missing) return a.rank < b.rank;
  const SortKey& first = descending ? b : a;
  const SortKey& second = descending ? a : b;
  if (first.rank != second.rank) return first.rank < second.rank;
  if (first.rank == SortKey::Rank::text) return first.text < second.text;
  if (first.number != second.number || first.text.empty() || second.text.empty()) return first.number < second.number;
  return compare_decimals(first.text, second.text) < 0;
}

}  // namespace

Status Answer::read(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, bool project_fields) {
  if (auto checked = check_json(body); !checked) return checked;
  view = view_of(endpoint, body);
  if (auto fits = check_form(endpoint, view); !fits) return fits;
  if (!options.filter.empty()) {
    if (!view.is_list)
      return fail(Error(Code::usage, "--filter: works only on lists, and this answer is one object")
                      .with_field("--filter")
                      .with_hint("use --query"));
    auto filter = Filter::parse(endpoint, options.filter, options.times());
    if (!filter) return fail(std::move(filter.error()));
    if (auto kept = filter->apply(endpoint, view); !kept) return kept;
    changed_ = true;
  }
  if (view.is_list && !options.sort_by.empty())
    if (auto sorted = sort(endpoint, options.sort_by); !sorted) return sorted;
  if (view.is_list && options.most != 0 && view.items.size() > options.most) {
    view.items.erase(view.items.begin() + static_cast<std::ptrdiff_t>(options.most), view.items.end());
    changed_ = true;
  }
  return project_fields && !options.fields.empty() ? project(endpoint, options.fields) : Status();
}

Result<SortColumn> sort_column(const Endpoint& endpoint, const std::string& by) {
  const auto colon = by.rfind(':');
  const std::string direction = colon == std::string::npos ? "asc" : by.substr(colon + 1);
  if (direction != "asc" && direction != "desc")
    return fail(
        Error(Code::usage, "--sort-by: the direction must be asc or desc, not '" + printable(direction) + "'").with_field("--sort-by"));
  auto column = column_named(endpoint, std::string_view(by).substr(0, colon), "--sort-by");
  if (!column) return fail(std::move(column.error()));
  return SortColumn{std::move(*column), direction == "desc"};
}

/// Stable, by "path" or "path:desc": numbers and times by value, everything else by its bytes.
Status Answer::sort(const Endpoint& endpoint, const std::string& by) {
  auto key = sort_column(endpoint, by);
  if (!key) return fail(std::move(key.error()));
  const Format format = key->column.field == nullptr ? Format::none : key->column.field->attr.format;
  const auto rows = read_cells(endpoint, view, {std::move(key->column)}, "--sort-by");
  if (!rows) return fail(rows.error());
  std::vector<std::pair<SortKey, Item>> keyed;
  keyed.reserve(view.items.size());
  for (std::size_t i = 0; i < view.items.size(); ++i) keyed.emplace_back(sort_key(rows->cells[i], format), view.items[i]);
  std::ranges::stable_sort(keyed, [&](const auto& a, const auto& b) { return is_before(a.first, b.first, key->descending); });
  std::ranges::transform(keyed, view.items.begin(), [](const auto& one) { return one.second; });
  changed_ = true;
  return {};
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

std::string_view Answer::json(bool raw) {
  const std::string_view part = shown();
  if (!raw || view.whole.size() == view.reply.size()) return part;
  if (!changed_) return view.reply;
  const auto begin = static_cast<std::size_t>(view.whole.data() - view.reply.data());
  replaced_.assign(view.reply.substr(0, begin)).append(part).append(view.reply.substr(begin + view.whole.size()));
  return replaced_;
}

std::string_view Answer::shown() {
  if (!changed_) return view.whole;
  if (!view.is_list) return view.items.front().value;
  joined_ = view.is_map ? '{' : '[';
  for (const Item& item : view.items) {
    if (&item != &view.items.front()) joined_ += ',';
    if (view.is_map) joined_.append("\"").append(item.name).append("\":");
    joined_ += item.value;
  }
  joined_ += view.is_map ? '}' : ']';
  return joined_;
}

void Answer::append_item(const Endpoint& endpoint, const Item& item, std::string& out) const {
  if (!view.is_map) return append_compact(out, item.value);
  const std::string_view key = endpoint.key.empty() ? std::string_view("name") : endpoint.key;
  out.append("{\"").append(key).append("\":\"").append(item.name).append("\"");
  if (kind_of(item.value) == Json::object) {
    if (!is_empty(item.value)) out += ',';
    append_compact(out, item.value.substr(1));
  } else {
    out += ",\"value\":";
    append_compact(out, item.value);
    out += '}';
  }
}

}  // namespace facio::output
