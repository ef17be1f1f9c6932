// Making and previewing unified diffs of workspace files.
#pragma once

#include <string>
#include <vector>

#include "commands/serve/git/repository.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio::serve {

/// Largest file that a diff may touch, in bytes.
inline constexpr std::size_t kMostPatched = 4U << 20U;

/// The unified diff from each `before` to its `after`. Blocks.
Result<std::string> make_diff(const GitRepository& repository, const std::vector<FileChange>& changes);

/// Applies a diff to copies of the files that it names. Code::rejected when it is not a diff or names anything but regular files inside
/// the workspace; Code::conflict when it does not apply. Blocks.
Result<std::vector<FileChange>> preview(const GitRepository& repository, const WorkspaceFiles& files, const std::string& diff,
                                        PatchMode mode);

}  // namespace facio::serve
