#include "commands/facio/versions/server/directory_watch.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cli/core/text.hpp"
#include "commands/facio/versions/server/tracked_directory.hpp"

namespace facio::serve {
namespace {

constexpr std::uint32_t kChanges = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                   IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::uint32_t kLost = IN_Q_OVERFLOW | IN_UNMOUNT;
constexpr std::uint32_t kXfs = 0x58465342, kZfs = 0x2fc12fc1, kBcachefs = 0xca451a4e;
constexpr std::uint32_t kLocal[] = {EXT4_SUPER_MAGIC, kXfs,        BTRFS_SUPER_MAGIC,    F2FS_SUPER_MAGIC, kZfs,
                                    kBcachefs,        TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC};

std::string text_of(const char* path) {
  const Descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> piece{};
  ssize_t got = 0;
  while (file && (got = ::read(file.get(), piece.data(), piece.size())) > 0) text.append(piece.data(), static_cast<std::size_t>(got));
  return text;
}

/// The limit on watched directories: other programs of the same user need watches too, and each one takes kernel memory.
std::size_t most_watches() {
  static const std::size_t most = [] {
    std::size_t limit = 0;
    read_number(trimmed(text_of("/proc/sys/fs/inotify/max_user_watches")), limit);
    return std::min<std::size_t>(limit / 2, 50'000);
  }();
  return most;
}

}  // namespace

void DirectoryWatch::add(int directory, TrackedDirectory& owner) {
  if (!works_) return;
  if (!queue_) queue_ = Descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!queue_ || owners_.size() >= most_watches() || !can_be_watched(directory)) return give_up();
  const std::string place = "/proc/self/fd/" + std::to_string(directory);
  const int watch = ::inotify_add_watch(queue_.get(), place.c_str(), kChanges);
  if (watch < 0) return give_up();
  if (watch != owner.watch) drop(owner.watch, owner);
  owner.watch = watch;
  owners_[watch] = &owner;
}

void DirectoryWatch::drop(int watch, const TrackedDirectory& owner) {
  const auto found = owners_.find(watch);
  if (found == owners_.end() || found->second != &owner) return;
  owners_.erase(found);
  ::inotify_rm_watch(queue_.get(), watch);
}

void DirectoryWatch::give_up() {
  works_ = false;
  owners_.clear();
  queue_ = Descriptor();
}

bool DirectoryWatch::take_changes(const std::function<void(TrackedDirectory& directory, std::string_view name)>& use) {
  if (!queue_) return false;
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  bool whole = true;
  for (ssize_t got = 0; (got = ::read(queue_.get(), buffer.data(), buffer.size())) > 0;)
    for (const char* at = buffer.data(); at < buffer.data() + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      at += sizeof(inotify_event) + event->len;
      if ((event->mask & kLost) != 0) whole = false;
      const auto owner = owners_.find(event->wd);
      if (owner == owners_.end()) continue;
      TrackedDirectory& directory = *owner->second;
      if ((event->mask & IN_IGNORED) != 0) {
        owners_.erase(owner);
        directory.watch = kNone;
      }
      use(directory, event->len == 0 ? std::string_view() : std::string_view(event->name));
    }
  return whole;
}

bool can_be_watched(int directory) {
  struct statfs facts {};
  return ::fstatfs(directory, &facts) == 0 && std::ranges::find(kLocal, static_cast<std::uint32_t>(facts.f_type)) != std::end(kLocal);
}

std::string mount_table() { return text_of("/proc/self/mountinfo"); }

}  // namespace facio::serve
