// What the kernel tells of changes in directories.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cli/core/files.hpp"

namespace facio::serve {

struct TrackedDirectory;

/// Tells which names of the watched directories may have changed, whoever did it. The kernel tells it before the call that changes
/// something returns, so what was done before told() is among what it tells. It does not see a change by a mapping of a file that is still
/// open, one by another name of the file outside of the directories, or one on another machine; for the last, can_be_watched().
class DirectoryWatch {
 public:
  static constexpr int kNone = -1;

  /// Watches an open directory from now on. A directory that cannot be watched ends all watching.
  void add(int directory, TrackedDirectory& owner);
  /// Ends a watch, unless another directory has taken it over.
  void drop(int watch, const TrackedDirectory& owner);
  /// How many directories there are, watched or not.
  void count(int more) { directories_ += more; }
  /// Whether every directory is watched by a watch of its own.
  [[nodiscard]] bool is_complete() const { return works_ && static_cast<std::size_t>(directories_) == owners_.size(); }

  /// Gives each name that may have changed once or several times; "" stands for the directory itself. False: something was lost.
  bool told(const std::function<void(TrackedDirectory& directory, std::string_view name)>& use);

 private:
  void give_up();
  Descriptor queue_;
  bool works_ = true;
  std::int64_t directories_ = 0;
  std::unordered_map<int, TrackedDirectory*> owners_;
};

/// Whether all changes in a directory are made by this machine's kernel, as far as can be known.
bool can_be_watched(int directory);
/// What is mounted where: another directory may come to stand in a place without a change that a watch tells.
std::string mount_table();

}  // namespace facio::serve
