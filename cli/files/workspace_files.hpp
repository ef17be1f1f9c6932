// The agent's workspace: files below one directory, and no way out of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/files/beneath.hpp"

namespace facio {

/// Every path is relative to the workspace, with /; ".." , absolute paths, and symbolic links that lead out are refused by the kernel
/// (openat2 with RESOLVE_BENEATH), so that nothing that another process does meanwhile can get around it. Safe from any thread. All calls
/// block. Links that stay inside are followed on the way to a file and for reading; writing to a link is refused, removing one removes the
/// link. Errors name the path: Code::rejected (not a path, a directory where a file is wanted, leads out), Code::not_found,
/// Code::too_large, Code::output (the disk refused).
class WorkspaceFiles {
 public:
  enum class Kind : std::uint8_t { file, directory, other };
  struct Entry {
    std::string name;
    Kind kind = Kind::file;  ///< of what a link that stays inside leads to
    bool link = false;       ///< it is a symbolic link itself
    std::int64_t size = 0;   ///< of a file, in bytes
    std::int64_t mtime_ns = 0;
    std::string error;  ///< why it cannot be read; empty when it can
  };
  /// When a written file is safe from a loss of power: before write() returns, or after the next sync().
  enum class Durable : std::uint8_t { now, at_sync };

  /// Makes the directory (0700) when it is missing. Code::usage when it cannot be used. Without `lookup` the best one is found out.
  static Result<WorkspaceFiles> open(const std::string& directory, std::optional<Lookup> lookup = std::nullopt);
  WorkspaceFiles(WorkspaceFiles&&) noexcept;
  WorkspaceFiles& operator=(WorkspaceFiles&&) noexcept;
  ~WorkspaceFiles();

  /// The directory, absolute.
  [[nodiscard]] const std::string& directory() const;
  /// Whether this is a path that may be asked for at all: not empty, relative, UTF-8, no "..", no control characters, at most 1024 bytes.
  static Status check_path(std::string_view path);
  /// Whether a name is one of the unfinished files that write() makes; list() leaves them out.
  static bool is_unfinished(std::string_view name);
  /// A name that is_unfinished(), for what is built before replace_directory() puts it in its place.
  static std::string unfinished_name();

  /// What is at a path ("" or ".": the root).
  Result<Entry> look(std::string_view path) const;
  /// The entries of a directory ("" or ".": the root): directories first, then by name. At most `most`; Code::too_large beyond.
  Result<std::vector<Entry>> list(std::string_view path, std::size_t most = 1'000'000) const;
  /// A whole file of at most `most` bytes. Only regular files are read: a pipe or a device never blocks the caller.
  Result<std::string> read(std::string_view path, std::size_t most) const;
  /// Replaces a file at once and durably, making missing directories; its mode and owner stay, a new file gets 0644 less the umask.
  /// True when the file is new.
  Result<bool> write(std::string_view path, std::string_view bytes, Durable durable = Durable::now) const;
  /// Makes everything durable that was written before.
  Status sync() const;
  /// Removes a file.
  Status remove(std::string_view path) const;
  /// Removes a directory with everything in it; links are removed, not followed. At most 128 levels deep.
  Status remove_tree(std::string_view path) const;
  /// Puts the directory `from` in the place of `to` at once; what was at `to` is gone. `to` may be missing.
  Status replace_directory(std::string_view from, std::string_view to) const;
  /// Removes what replace_directory() was meant to put somewhere, and a killed process left in `directory`.
  void remove_unfinished_directories(std::string_view directory) const;

 private:
  struct Impl;
  explicit WorkspaceFiles(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
