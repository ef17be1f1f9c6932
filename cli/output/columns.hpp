// The items of a reply, and the columns in which they are shown.
#pragma once

#include <span>

#include "cli/core/result.hpp"
#include "cli/output/render.hpp"

namespace facio::output {

struct Item {
  std::string_view name;  ///< raw member name of an item of a map; empty in lists
  std::string_view value;
};

struct ReplyView {
  bool is_list = false;    ///< otherwise the one item is the whole reply
  bool is_map = false;     ///< items have names
  std::string_view whole;  ///< what -o json and yaml print: the array, the map, the object
  std::string_view reply;  ///< all of the reply; `whole` is a part of its text
  std::vector<Item> items;
};

/// Finds the items of checked JSON by the declaration. A bare array, and items under the area's name, are understood as well: that is what
/// older agents send. A reply without items is shown as one item.
ReplyView view_of(const Endpoint& endpoint, std::string_view body);

/// Several dotted paths as a tree, so that one walk over an object finds them all.
class PathTree {
 public:
  /// `index` is where fill() puts the value at this path.
  void add(std::string_view path, std::size_t index);
  /// Puts the values of all paths, as slices, into `to`; a path that is absent leaves its place as it is. With `through_arrays` the last
  /// element that has the path counts.
  void fill(std::string_view value, std::span<std::string_view> to, bool through_arrays = false) const;
  /// Appends `value` with only the members on the paths, in the order they were sent; applied to every element of an array.
  void project(std::string_view value, std::string& to) const;

 private:
  [[nodiscard]] const PathTree* child(std::string_view raw_name) const;

  std::string name_;
  std::vector<std::size_t> ends_;  ///< paths that end here
  std::vector<PathTree> children_;
};

struct TableColumn {
  std::string path;  ///< into one item
  std::string title;
  const Field* field = nullptr;  ///< null when nothing is declared about it
  bool checked = true;           ///< false: only the items can tell whether it exists
};

/// The declared field at a dotted path, through arrays; null when there is none. `open` says whether the path may exist all the same.
const Field* field_at(const Shape* shape, std::string_view path, bool& open);

/// The column meant by a title ("next"), a path ("state.next_run_at_ms") or its last part.
/// Code::usage with the nearest name when that is none; `option` names the flag in the message, unless it is empty.
Result<TableColumn> column_named(const Endpoint& endpoint, std::string_view name, std::string_view option);

/// The name in a word of --columns: "next" of "+next", "-next" and "next".
std::string_view changed_column(std::string_view word);

/// The cells of a table, row after row: slices of the reply.
struct TableCells {
  std::vector<TableColumn> columns;
  std::vector<std::string_view> cells;
  std::vector<std::string> names;  ///< what the cells with names of a map's items point into
};
/// The values of all items in these columns; the name of a map's item stands for its key field. Code::usage for a column that is neither
/// declared nor present in any item; `option` names the flag.
Result<TableCells> read_cells(const Endpoint& endpoint, const ReplyView& view, std::vector<TableColumn> columns, std::string_view option);
/// The same for the columns by declaration (`all`: with those of -o wide), as changed by --fields or --columns.
Result<TableCells> read_chosen_cells(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, bool all);
/// Code::usage for a column that is not declared and has no value in any row of `cells`.
Status check_presence(const Endpoint& endpoint, const std::vector<TableColumn>& columns, const std::vector<std::string_view>& cells,
                      std::string_view option);

}  // namespace facio::output
