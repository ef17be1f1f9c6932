// The agent's workspace: files below one directory, and no way out of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// Every path is relative to the workspace, with /; ".." , absolute paths, and symbolic links that lead out are refused by the kernel
/// (openat2 with RESOLVE_BENEATH), so that nothing that another process does meanwhile can get around it. Safe from any thread. All calls
/// block. Errors name the path: Code::rejected (not a path, a directory where a file is wanted, leads out), Code::not_found,
/// Code::too_large, Code::output (the disk refused).
class WorkspaceFiles {
 public:
  enum class Kind : std::uint8_t { file, directory, other };
  struct Entry {
    std::string name;
    Kind kind = Kind::file;  ///< of what a link that stays inside leads to
    std::int64_t size = 0;   ///< of a file, in bytes
    std::int64_t mtime_ns = 0;
    std::string error;  ///< why it cannot be read; empty when it can
  };

  /// Makes the directory (0700) when it is missing. Code::usage when it cannot be used.
  static Result<WorkspaceFiles> open(const std::string& directory);
  WorkspaceFiles(WorkspaceFiles&&) noexcept;
  WorkspaceFiles& operator=(WorkspaceFiles&&) noexcept;
  ~WorkspaceFiles();

  /// The directory, absolute.
  [[nodiscard]] const std::string& directory() const;
  /// Whether this is a path that may be asked for at all: not empty, relative, no "..", no control characters, at most 1024 bytes.
  static Status check_path(std::string_view path);

  /// What is at a path.
  Result<Entry> look(std::string_view path) const;
  /// The entries of a directory ("" or ".": the root): directories first, then by name. At most `most`; Code::too_large beyond.
  Result<std::vector<Entry>> list(std::string_view path, std::size_t most = 1'000'000) const;
  /// A whole file of at most `most` bytes.
  Result<std::string> read(std::string_view path, std::size_t most) const;
  /// Replaces a file at once and durably, making missing directories. True when the file is new.
  Result<bool> write(std::string_view path, std::string_view bytes) const;
  /// Removes a file.
  Status remove(std::string_view path) const;
  /// Removes a directory with everything in it; links are removed, not followed.
  Status remove_tree(std::string_view path) const;
  /// Puts the directory `from` in the place of `to` at once; what was at `to` is gone. `to` may be missing.
  Status replace_directory(std::string_view from, std::string_view to) const;

 private:
  struct Impl;
  explicit WorkspaceFiles(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
