// Opening a path below a directory, and nothing outside of it.
#include "cli/files/workspace_files.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <iterator>
#include <vector>

#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr int kMostLinks = 40;    // like the kernel
constexpr int kMostRetries = 64;  // the kernel asks for a retry when a directory on the way was renamed meanwhile

Descriptor refused(int error) {
  errno = error;
  return {};
}

Descriptor open_by_kernel(int root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int retry = 0; retry < kMostRetries; ++retry) {
    const long fd = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    if (fd >= 0) return Descriptor(static_cast<int>(fd));
    if (errno != EAGAIN && errno != EINTR) return {};
  }
  return {};
}

/// The rest of a path, and the directories on the way down, so that ".." leads back up.
class Walk {
 public:
  Walk(int root, std::string_view path, const HiddenPlaces* hidden) : root_(root), hidden_(hidden) { prepend(path); }

  Descriptor open(int flags) {
    while (!left_.empty()) {
      const std::string name = std::move(left_.front());
      left_.pop_front();
      if (name == "..") {
        if (way_.empty()) return refused(EXDEV);
        way_.pop_back();
        continue;
      }
      const bool last = left_.empty();
      Descriptor found(::openat(here(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
      struct stat about {};
      if (!found || ::fstat(found.get(), &about) != 0) return {};
      if (hidden_ != nullptr && hidden_->hides(about)) return refused(ENOENT);
      if (S_ISLNK(about.st_mode) && !(last && (flags & O_NOFOLLOW) != 0)) {
        if (!follow(found.get())) return {};
        continue;
      }
      // Another process may replace it by a link now, which is not followed.
      if (last) return Descriptor(::openat(here(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
      if (!S_ISDIR(about.st_mode)) return refused(ENOTDIR);
      way_.push_back(std::move(found));
    }
    return Descriptor(::openat(here(), ".", flags | O_CLOEXEC));
  }

 private:
  [[nodiscard]] int here() const { return way_.empty() ? root_ : way_.back().get(); }

  void prepend(std::string_view path) {
    std::vector<std::string> names;
    while (!path.empty())
      if (const std::string_view name = split_off(path, '/'); !name.empty() && name != ".") names.emplace_back(name);
    left_.insert(left_.begin(), std::make_move_iterator(names.begin()), std::make_move_iterator(names.end()));
  }

  bool follow(int link) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
    if (length < 0) return false;
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    errno = ++links_ > kMostLinks ? ELOOP : text.starts_with('/') ? EXDEV : 0;
    if (errno != 0) return false;
    prepend(text);
    return true;
  }

  int root_;
  const HiddenPlaces* hidden_;
  int links_ = 0;
  std::vector<Descriptor> way_;
  std::deque<std::string> left_;
};

}  // namespace

Lookup best_lookup(int root) { return open_by_kernel(root, ".", O_PATH | O_DIRECTORY) ? Lookup::kernel : Lookup::component; }

Descriptor open_beneath(int root, std::string_view path, int flags, Lookup lookup, const HiddenPlaces* hidden) {
  Descriptor found = lookup == Lookup::component ? Walk(root, path, hidden).open(path.ends_with('/') ? flags | O_DIRECTORY : flags)
                                                 : open_by_kernel(root, path.empty() ? std::string(".") : std::string(path), flags);
  struct stat about {};
  // The second look: it may have got this name meanwhile.
  if (found && hidden != nullptr && ::fstat(found.get(), &about) == 0 && hidden->hides(about)) return refused(ENOENT);
  return found;
}

}  // namespace facio
