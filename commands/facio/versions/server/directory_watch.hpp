// Changes in directories, as the kernel reports them (inotify).
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

/// Reports which names in the watched directories may have changed, whoever changed them. The kernel queues a report before the system
/// call that makes the change returns, so take_changes() covers everything done before it. Not reported are writes through a mapping
/// that is still open, writes through a hard link outside the directories, and changes made by another machine (see can_be_watched()).
class DirectoryWatch {
 public:
  static constexpr int kNone = -1;

  /// Watches an open directory from now on. If one directory cannot be watched, watching stops altogether.
  void add(int directory, TrackedDirectory& owner);
  /// Removes a watch, unless another directory has taken it over.
  void drop(int watch, const TrackedDirectory& owner);
  /// Adjusts the number of directories, watched or not.
  void count(int more) { directories_ += more; }
  /// Whether every directory has a watch of its own.
  [[nodiscard]] bool is_complete() const { return works_ && static_cast<std::size_t>(directories_) == owners_.size(); }

  /// Passes on every name that may have changed, at least once; "" means the directory itself. False when reports were lost.
  bool take_changes(const std::function<void(TrackedDirectory& directory, std::string_view name)>& use);

 private:
  void give_up();
  Descriptor queue_;
  bool works_ = true;
  std::int64_t directories_ = 0;
  std::unordered_map<int, TrackedDirectory*> owners_;
};

/// Whether, as far as can be known, only this machine's kernel changes the directory.
bool can_be_watched(int directory);
/// The mount table: a mount can replace a directory without any report from a watch.
std::string mount_table();

}  // namespace facio::serve
