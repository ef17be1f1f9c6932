// The workspace's files as they are remembered, brought up to date.
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

/// How much is looked at. `told`: what the kernel has told of, where it tells of everything. `all`: each file's state.
enum class Look : std::uint8_t { told, all };

/// Every regular file and symbolic link below a directory; links are not followed. What is called ".git" (in any case) is left out with
/// everything below it, as are sockets, pipes, devices, files that are being written, and the directory `left_out`, wherever it lies.
///
/// A file is read again only when its facts (times, size, inode …) are not those that are remembered, or could not tell a change. Which
/// files' facts are looked at, the kernel's watches say; without them, or when they may have missed something, all are.
class TrackedFiles {
 public:
  /// A file whose content is not yet stored.
  struct Unstored {
    std::uint64_t size = 0;
    std::optional<std::string> bytes;  ///< the content, when there was room for it
  };

  TrackedFiles(std::string root, std::string left_out, std::function<bool()> stopping);
  TrackedFiles(const TrackedFiles&) = delete;
  TrackedFiles& operator=(const TrackedFiles&) = delete;

  /// What was remembered; only before the first look.
  void remember(const std::vector<IndexEntry>& entries);
  /// Code::output for what cannot be read; what is remembered is of no use then.
  Status look(Look how);

  /// How many files' facts the last look took.
  [[nodiscard]] std::size_t looked_at() const { return files_; }

  /// The tree of all files; nothing when there are none.
  const std::optional<ObjectId>& tree() { return top_->tree(); }
  [[nodiscard]] const TrackedDirectory& top() const { return *top_; }
  [[nodiscard]] const TrackedFile* file(std::string_view path) const;

  /// Paths that have changed or gone since the last stored(), with what is not yet stored.
  [[nodiscard]] const std::map<std::string, Unstored>& changed() const { return changed_; }
  /// All that changed() told is stored.
  void stored();
  /// The content of a changed file once more.
  [[nodiscard]] Result<InputSource> read_again(const std::string& path, std::uint64_t size) const;

 private:
  using Place = std::pair<TrackedDirectory*, std::string>;
  [[nodiscard]] bool must_see_all(const struct stat& root, const std::string& mounts) const;
  Status look_at_all();
  Status look_at_told(const std::set<Place>& places);
  Status open_below();
  Status look_into(TrackedDirectory& directory, bool all);
  Status look_at(TrackedDirectory& directory, int fd, const std::string& name, bool all);
  Status look_at_file(TrackedDirectory& directory, int fd, const std::string& name, const struct stat& facts);
  void forget_file(TrackedDirectory& directory, const std::string& name);
  void forget_directory(TrackedDirectory& directory, const std::string& name);
  [[nodiscard]] Descriptor open_directory(const std::string& path) const;

  std::string root_path_, left_out_path_;
  std::function<bool()> stopping_;
  Descriptor root_;
  Lookup lookup_ = Lookup::kernel;
  std::pair<dev_t, ino_t> left_out_{};
  DirectoryWatch watch_;  ///< outlives the directories
  std::unique_ptr<TrackedDirectory> top_;
  std::vector<std::string> open_;  ///< paths of directories that are still to be looked into, with everything below
  std::set<std::string> shared_;   ///< files with further names, which may lie where no watch is
  std::map<std::string, Unstored> changed_;
  std::size_t kept_ = 0;  ///< bytes in changed_
  std::size_t files_ = 0;
  std::string mounts_;
  std::optional<std::chrono::steady_clock::time_point> saw_all_;
};

}  // namespace facio::serve
