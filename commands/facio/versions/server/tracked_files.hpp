// The remembered state of the workspace's files, and bringing it up to date.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/core/result.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/versions/server/file_reading.hpp"
#include "commands/facio/versions/server/tracked_directory.hpp"

namespace facio::serve {

/// How much to look at. `reported`: only what the kernel has reported, where it reports everything. `all`: the state of every file.
enum class Look : std::uint8_t { reported, all };

/// Every regular file and symbolic link below a directory; links are not followed. Anything named ".git" (in any case) is left out with
/// everything below it, and so are sockets, pipes, devices, files being written, and the directory `left_out`, wherever it is.
///
/// A file is read again only if its stat data (times, size, inode ...) differs from what is remembered, or is too recent to rule out a
/// change. The kernel's watches say which files to stat; without them, or if they may have missed something, every file is.
class TrackedFiles {
 public:
  /// A file whose content has not been stored yet.
  struct Unstored {
    std::uint64_t size = 0;
    std::optional<std::string> bytes;  ///< the content, if it fits in the budget
  };

  /// What an operator's file becomes before its content is known or stored: a text without secrets.
  using Hide = std::function<Result<std::string>(const std::string& text)>;

  TrackedFiles(std::string root, HiddenPlaces hidden, std::function<bool()> stopping, Hide hide = {});
  TrackedFiles(const TrackedFiles&) = delete;
  TrackedFiles& operator=(const TrackedFiles&) = delete;

  /// Sets the remembered state. Only before the first look.
  void remember(const std::vector<IndexEntry>& entries);
  /// Code::output for what cannot be read; the remembered state is then useless.
  Status look(Look how);

  /// How many files the last look has stat-ed.
  [[nodiscard]] std::size_t looked_at() const { return files_; }

  /// The id of the tree of all files; nothing when there are no files.
  const std::optional<ObjectId>& tree() { return top_->tree(); }
  [[nodiscard]] const TrackedDirectory& top() const { return *top_; }
  [[nodiscard]] const TrackedFile* file(std::string_view path) const;

  /// Paths changed or removed since the last stored(), with the content that is not stored yet.
  [[nodiscard]] const std::map<std::string, Unstored>& changed() const { return changed_; }
  /// Says that everything changed() returned has been stored.
  void stored();
  /// Reads the content of a changed file again.
  [[nodiscard]] Result<InputSource> read_again(const std::string& path, std::uint64_t size) const;

 private:
  using Place = std::pair<TrackedDirectory*, std::string>;
  [[nodiscard]] bool must_see_all(const struct stat& root, const std::string& mounts) const;
  Status look_at_all();
  Status look_at_reported(const std::set<Place>& places);
  Status open_below();
  Status look_into(TrackedDirectory& directory, bool all);
  Status look_at(TrackedDirectory& directory, int fd, const std::string& name, bool all);
  Result<std::optional<FileRead>> read_file(const TrackedDirectory& directory, int fd, const std::string& name) const;
  Status look_at_file(TrackedDirectory& directory, int fd, const std::string& name, const struct stat& facts);
  void forget_file(TrackedDirectory& directory, const std::string& name);
  void forget_directory(TrackedDirectory& directory, const std::string& name);
  [[nodiscard]] Descriptor open_directory(const std::string& path) const;

  std::string root_path_;
  const HiddenPlaces hidden_;
  std::function<bool()> stopping_;
  const Hide hide_;
  Descriptor root_;
  Lookup lookup_ = Lookup::kernel;
  std::vector<HiddenPlaces::Identity> left_out_;  ///< during a look
  DirectoryWatch watch_;                          ///< outlives the directories
  std::unique_ptr<TrackedDirectory> top_;
  std::vector<std::string> open_;  ///< paths of directories still to be read, with everything below them
  std::set<std::string> shared_;   ///< files with other hard links, which may be outside the watches
  std::map<std::string, Unstored> changed_;
  std::size_t kept_ = 0;  ///< bytes in changed_
  std::size_t files_ = 0;
  std::string mounts_;
  std::optional<std::chrono::steady_clock::time_point> saw_all_;
};

}  // namespace facio::serve
