// What is remembered of the workspace's files, directory by directory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "commands/serve/git/index_file.hpp"
#include "commands/facio/versions/server/directory_watch.hpp"

namespace facio::serve {

/// A file or a symbolic link as it was when it was last read.
struct TrackedFile {
  std::string name;
  FileFacts facts;
  std::uint32_t mode = 0;
  ObjectId id;
  bool certain = false;  ///< as IndexEntry::certain
};

/// One directory; the watches know where it is, so it stays where it was made.
struct TrackedDirectory {
  TrackedDirectory(std::string its_name, TrackedDirectory* its_parent, DirectoryWatch& its_watch);
  ~TrackedDirectory();
  TrackedDirectory(const TrackedDirectory&) = delete;
  TrackedDirectory& operator=(const TrackedDirectory&) = delete;

  std::string name;
  TrackedDirectory* above;
  std::vector<TrackedFile> files;                              ///< by name
  std::vector<std::unique_ptr<TrackedDirectory>> directories;  ///< by name
  std::pair<dev_t, ino_t> identity{};
  int watch = DirectoryWatch::kNone;

  /// Relative to the workspace; "" for the workspace itself.
  [[nodiscard]] std::string path() const;
  TrackedFile* file(std::string_view name);
  TrackedDirectory* directory(std::string_view name);
  /// Replaces what is known of a file.
  void put(TrackedFile file);
  TrackedDirectory& make_directory(std::string_view name);
  /// False when there was none.
  bool remove_file(std::string_view name);
  void remove_directory(std::string_view name);

  /// The id of the tree; nothing when there is no file below. Only trees on the way to a change are made anew.
  const std::optional<ObjectId>& tree();
  /// Every file at or below `prefix`, which is this directory's own path, in the order of an index.
  void each(const std::string& prefix, const std::function<void(const std::string& path, const TrackedFile& file)>& use) const;

 private:
  void forget_tree();
  DirectoryWatch& watch_;
  bool tree_known_ = false;
  std::optional<ObjectId> tree_;
};

}  // namespace facio::serve
