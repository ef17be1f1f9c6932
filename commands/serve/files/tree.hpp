// The workspace's tree as JSON.
#pragma once

#include <string>
#include <string_view>

#include "cli/files/workspace_files.hpp"

namespace facio::serve {

/// The node (contract section 14) of the directory at `path` ("" or ".": the root) with everything down to `depth` levels, as JSON text of
/// at most about `most` bytes. What does not fit is left out from the deepest level on, and the directory says so in its `error`.
Result<std::string> tree_json(const WorkspaceFiles& files, std::string_view path, std::int64_t depth, std::size_t most);

}  // namespace facio::serve
