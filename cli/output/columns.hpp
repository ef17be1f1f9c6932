// Which columns a table has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/output/path_tree.hpp"
#include "cli/output/render.hpp"
#include "cli/output/reply_view.hpp"

namespace facio::output {

struct TableColumn {
  std::string path;  ///< into one item
  std::string title;
  const Field* field = nullptr;  ///< null when nothing is declared about it
  bool checked = true;           ///< false: only the items can tell whether it exists
};

/// The declared field at a dotted path, through arrays; null when there is none. `open` tells whether the path may exist all the same.
const Field* field_at(const Shape* shape, std::string_view path, bool& open);

/// The column that a person means by a title ("next"), a path ("state.next_run_at_ms") or its last part.
/// Code::usage with the nearest name when that is none; `option` names the flag in the message, unless it is empty.
Result<TableColumn> column_named(const Endpoint& endpoint, std::string_view name, std::string_view option);

/// The columns by declaration (`all`: with those of -o wide), as changed by --fields or --columns.
Result<std::vector<TableColumn>> choose_columns(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, bool all);

/// The values of all items, row after row; the name of an item of a map stands for its key field.
std::vector<std::string_view> cells_of(const Endpoint& endpoint, const ReplyView& view, const std::vector<TableColumn>& columns,
                                       std::vector<std::string>& names);

/// Code::usage for a column that is not declared and that no item has either.
Status check_presence(const Endpoint& endpoint, const std::vector<TableColumn>& columns, const std::vector<std::string_view>& cells,
                      std::string_view option);

}  // namespace facio::output
