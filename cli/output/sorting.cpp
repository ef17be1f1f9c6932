#include "cli/output/sorting.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "cli/core/json_scan.hpp"
#include "cli/core/time.hpp"

namespace facio::output {

using namespace json;

namespace {

/// A value that can be compared; numbers come before texts.
struct Key {
  enum class Rank : std::uint8_t { number, text, missing } rank = Rank::missing;
  double number = 0;
  std::string text;
};

Key key_of(std::string_view value, Format format) {
  Key key;
  switch (kind_of(value)) {
    case Json::nothing:
    case Json::null: return key;
    case Json::boolean: key.number = value == "true" ? 1 : 0; break;
    case Json::number: std::from_chars(value.data(), value.data() + value.size(), key.number); break;
    case Json::string:
      key.text = unescaped(value);
      if (format == Format::time)
        if (const auto ms = parse_rfc3339(key.text)) {
          key.number = static_cast<double>(*ms);
          break;
        }
      key.rank = Key::Rank::text;
      return key;
    default:
      key.text = value;
      key.rank = Key::Rank::text;
      return key;
  }
  key.rank = Key::Rank::number;
  return key;
}

bool is_before(const Key& a, const Key& b, bool descending) {
  if (a.rank == Key::Rank::missing || b.rank == Key::Rank::missing) return a.rank < b.rank;
  const Key& first = descending ? b : a;
  const Key& second = descending ? a : b;
  if (first.rank != second.rank) return first.rank < second.rank;
  return first.rank == Key::Rank::number ? first.number < second.number : first.text < second.text;
}

}  // namespace

Status sort_items(const Endpoint& endpoint, ReplyView& view, const std::string& by) {
  if (by.empty()) return {};
  const auto colon = by.rfind(':');
  const std::string direction = colon == std::string::npos ? "asc" : by.substr(colon + 1);
  if (direction != "asc" && direction != "desc")
    return fail(
        Error(Code::usage, "--sort-by: the direction must be asc or desc, not '" + printable(direction) + "'").with_field("--sort-by"));
  auto column = column_named(endpoint, std::string_view(by).substr(0, colon), "--sort-by");
  if (!column) return fail(std::move(column.error()));

  const std::vector<TableColumn> columns{std::move(*column)};
  std::vector<std::string> names;
  const auto cells = cells_of(endpoint, view, columns, names);
  if (auto present = check_presence(endpoint, columns, cells, "--sort-by"); !present) return present;
  const Field* field = columns.front().field;
  std::vector<Key> keys;
  keys.reserve(cells.size());
  for (const auto cell : cells) keys.push_back(key_of(cell, field == nullptr ? Format::none : field->attr.format));
  std::vector<std::size_t> order(cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return is_before(keys[a], keys[b], direction == "desc"); });
  std::vector<Item> sorted;
  sorted.reserve(order.size());
  for (const std::size_t index : order) sorted.push_back(view.items[index]);
  view.items = std::move(sorted);
  return {};
}

}  // namespace facio::output
