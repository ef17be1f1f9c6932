// Unified diffs of workspace files: making them, and what they would make of the files.
#pragma once

#include <string>
#include <vector>

#include "commands/serve/git/repository.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio::serve {

/// Most bytes of a file that a diff may touch.
inline constexpr std::size_t kMostPatched = 4U << 20U;

/// The unified diff from each `before` to its `after`. Blocks.
Result<std::string> make_diff(const GitRepository& repository, const std::vector<FileChange>& changes);

/// Applies a diff to copies of the files that it names. Code::rejected when it is no diff, or names anything but
/// regular files inside the workspace; Code::conflict when the files are not what it expects. Blocks.
Result<std::vector<FileChange>> preview(const GitRepository& repository, const WorkspaceFiles& files, const std::string& diff,
                                        PatchMode mode);

}  // namespace facio::serve
