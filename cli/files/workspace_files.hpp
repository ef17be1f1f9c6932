// The agent's workspace: files below one directory, and no way out of it.
#pragma once

#include <dirent.h>
#include <optional>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/files/hidden_places.hpp"

namespace facio {

enum class Lookup : std::uint8_t {
  kernel,     ///< openat2, which is safe whatever other processes do meanwhile
  component,  ///< one component at a time, with links resolved here: for kernels and sandboxes without openat2
};

/// The better one of those that work here. `root` is any open directory.
Lookup best_lookup(int root);

/// Opens `path` (relative; "" or "." is the root) below `root`. Links are followed as long as they stay below it. On failure the descriptor
/// is empty, with errno set: EXDEV when the path leads out, ELOOP for a loop of links, otherwise as by openat. ENOENT for what is hidden
/// and everything below it; what lies below a hidden directory is known by Lookup::component alone.
Descriptor open_beneath(int root, std::string_view path, int flags, Lookup lookup, const HiddenPlaces* hidden = nullptr);

/// Paths are relative to the workspace, with /. "..", absolute paths, and symbolic links that lead out are refused by the kernel (openat2
/// with RESOLVE_BENEATH), so that no other process can get around it meanwhile. Thread-safe; all calls block. Links that stay inside are
/// followed on the way to a file and for reading; writing to a link is refused, removing one removes the link. Errors name the path:
/// Code::rejected (not a path, a directory where a file is wanted, leads out), Code::not_found, Code::too_large, Code::output (disk).
class WorkspaceFiles {
 public:
  enum class Kind : std::uint8_t { file, directory, other };
  struct Entry {
    std::string name;
    Kind kind = Kind::file;  ///< of a link that stays inside: what it leads to
    bool link = false;       ///< whether it is a symbolic link
    std::int64_t size = 0;   ///< of a file, in bytes
    std::int64_t mtime_ns = 0;
    bool executable = false;  ///< a file that its owner may run
    std::string error;        ///< why it cannot be read; empty when it can
  };
  /// When a written file is durable: before write() returns, or after the next sync().
  enum class Durable : std::uint8_t { now, at_sync };
  /// Who writes: the agent cannot change the operator's files.
  enum class By : std::uint8_t { the_operator, agent };

  /// What a directory is called, before its name, while another one takes its place and the file system cannot exchange them.
  static constexpr std::string_view kReplaced = ".facioctl-replaced.";

  /// Makes the directory (0700) if it is missing. Code::usage when it cannot be used. By default the best kind of look-up is chosen.
  static Result<WorkspaceFiles> open(const std::string& directory, std::optional<Lookup> lookup = std::nullopt);

  /// From now on these places are in no view of the workspace. Not while others use it.
  void hide(HiddenPlaces places);
  [[nodiscard]] const HiddenPlaces& hidden() const { return hidden_; }

  /// The directory, absolute.
  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// Whether this is a valid path: not empty, relative, UTF-8, without ".." and control characters, at most 1024 characters.
  static Status check_path(std::string_view path);
  /// Whether a name is that of something unfinished: a file of write(), a directory that is to be put in place or is being removed. No view
  /// of the workspace has them.
  static bool is_unfinished(std::string_view name);
  /// A new name that is_unfinished().
  static std::string unfinished_name();
  /// A new directory below `above` that replace_directory() will put in place, and what keeps it: while that is open, no
  /// remove_unfinished() of any process takes it for a leftover.
  struct Unfinished {
    std::string path;
    Descriptor lock;
  };
  Result<Unfinished> make_unfinished(std::string_view above) const;

  /// Where a path leads when its links are followed, relative to the workspace; of a file that is missing, by its directory. Empty where
  /// that cannot be told, as for a directory that is missing.
  [[nodiscard]] std::string real_path(std::string_view path) const;
  /// Whether the file system does not tell capitals and small letters apart.
  [[nodiscard]] bool any_case() const;

  /// Whether something has this name, a link that leads nowhere included.
  [[nodiscard]] bool is_there(std::string_view path) const { return why_absent(path) == 0; }
  /// 0, or the errno of the look-up: ENOENT when there is none, others when that cannot be told.
  [[nodiscard]] int why_absent(std::string_view path) const;
  /// What tells a directory from every other one, wherever it is moved to in its file system; empty when there is none.
  [[nodiscard]] std::string identity(std::string_view path) const;
  /// What is at a path ("" or ".": the root).
  Result<Entry> look(std::string_view path) const;
  /// The entries of a directory ("" or ".": the root): directories first, then by name. At most `most`; Code::too_large beyond.
  Result<std::vector<Entry>> list(std::string_view path, std::size_t most = 1'000'000) const;
  /// A whole file of at most `most` bytes. Only regular files are read, so that no pipe or device blocks the caller.
  Result<std::string> read(std::string_view path, std::size_t most) const;
  /// Some bytes of a file, with what the file was then.
  struct Part {
    std::string bytes;  ///< fewer than were asked for at the file's end, none behind it
    Entry file;
  };
  Result<Part> read_part(std::string_view path, std::int64_t offset, std::size_t length) const;
  /// Replaces a file atomically and makes missing directories. Its mode and owner stay; a new file gets 0644 less the umask. `executable`:
  /// who may read it may also run it, or nobody may run it; without it that stays, too. True when the file is new.
  Result<bool> write(std::string_view path, std::string_view bytes, Durable durable = Durable::now, By by = By::the_operator,
                     std::optional<bool> executable = std::nullopt) const;
  /// Makes all earlier writes durable.
  Status sync() const;
  Status remove(std::string_view path, By by = By::the_operator) const;
  /// Removes a directory with its contents, at most 128 levels deep; links are removed, not followed. Atomic: it is gone as a whole before
  /// the first file is, and remove_unfinished() finishes what a killed process had begun.
  Status remove_tree(std::string_view path) const;
  /// Atomically puts the directory `from` in the place of `to`, which is removed if it exists.
  Status replace_directory(std::string_view from, std::string_view to) const;
  /// Removes everything unfinished that killed processes have left anywhere in the workspace. What a living process is at work on stays.
  void remove_unfinished() const;

 private:
  WorkspaceFiles(std::string directory, Descriptor root, Lookup lookup)
      : directory_(std::move(directory)), root_(std::move(root)), lookup_(lookup) {}
  Result<Descriptor> open_regular(std::string_view path, struct stat& about) const;
  [[nodiscard]] Descriptor open_path(std::string_view path, int flags) const {
    return open_beneath(root_.get(), path, flags, lookup_, &hidden_);
  }
  [[nodiscard]] Result<Descriptor> make_directories(const std::string& path) const;
  void remove_unfinished_below(Descriptor directory, int levels_left) const;
  [[nodiscard]] Status check_change(int parent, const std::string& name, std::string_view path, By by) const;

  std::string directory_;
  Descriptor root_;
  Lookup lookup_;
  HiddenPlaces hidden_;
};

/// The failure of an operation on a path of the workspace, by its errno.
tl::unexpected<Error> path_failure(std::string_view path, int error);

/// "a/b/c" -> {"a/b", "c"}, without trailing slashes and "."; the name is empty for the root.
std::pair<std::string, std::string> split_path(std::string_view path);

/// The entries of an open directory; null, with errno set, when it cannot be read.
struct CloseDirectory {
  void operator()(DIR* stream) const { ::closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;
DirectoryStream read_directory(Descriptor directory);

}  // namespace facio
