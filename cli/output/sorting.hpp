// --sort-by.
#pragma once

#include "cli/output/columns.hpp"

namespace facio::output {

/// Sorts the items by "path" or "path:desc": numbers and times by value, everything else by its bytes, stable; items without a
/// value come last in both directions. Code::usage for an unknown path or direction.
Status sort_items(const Endpoint& endpoint, ReplyView& view, const std::string& by);

}  // namespace facio::output
