// What the parts of WorkspaceFiles share.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "cli/files/workspace_files.hpp"

namespace facio {

struct WorkspaceFiles::Impl {
  std::string directory;
  Descriptor root;
  Lookup lookup = Lookup::kernel;

  [[nodiscard]] Descriptor open(std::string_view path, int flags) const { return open_beneath(root.get(), path, flags, lookup); }
};

/// The failure of an operation on a path, by its errno.
tl::unexpected<Error> path_failure(std::string_view path, int error);

/// "a/b/c" -> {"a/b", "c"}, without slashes at the end and "." in between; the name is empty for the root.
std::pair<std::string, std::string> split_path(std::string_view path);

}  // namespace facio
