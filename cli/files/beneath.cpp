#include "cli/files/beneath.hpp"

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
#include <string>
#include <vector>

namespace facio {
namespace {

constexpr int kMostLinks = 40;    // as the kernel
constexpr int kMostRetries = 64;  // the kernel asks for another try when a directory on the way was renamed meanwhile

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

/// What is left of a path, and the directories on the way down, so that ".." in a link leads up to where we came from.
class Walk {
 public:
  Walk(int root, std::string_view path) : root_(root) { prepend(path); }

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
      if (S_ISLNK(about.st_mode) && !(last && (flags & O_NOFOLLOW) != 0)) {
        if (!follow(found.get())) return {};
        continue;
      }
      if (last) return open_last(name, flags);
      if (!S_ISDIR(about.st_mode)) return refused(ENOTDIR);
      way_.push_back(std::move(found));
    }
    return Descriptor(::openat(here(), ".", flags | O_CLOEXEC));
  }

 private:
  [[nodiscard]] int here() const { return way_.empty() ? root_ : way_.back().get(); }

  // Another process may put a link in its place now: it is not followed.
  [[nodiscard]] Descriptor open_last(const std::string& name, int flags) const {
    return Descriptor(::openat(here(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
  }

  void prepend(std::string_view path) {
    std::vector<std::string> names;
    while (!path.empty()) {
      const std::size_t end = path.find('/');
      const std::string_view name = path.substr(0, end);
      if (!name.empty() && name != ".") names.emplace_back(name);
      path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 1);
    }
    left_.insert(left_.begin(), std::make_move_iterator(names.begin()), std::make_move_iterator(names.end()));
  }

  bool follow(int link) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
    if (length < 0) return false;
    if (++links_ > kMostLinks) {
      errno = ELOOP;
      return false;
    }
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    if (text.starts_with('/')) {
      errno = EXDEV;
      return false;
    }
    prepend(text);
    return true;
  }

  int root_;
  int links_ = 0;
  std::vector<Descriptor> way_;
  std::deque<std::string> left_;
};

}  // namespace

Lookup best_lookup(int root) { return open_by_kernel(root, ".", O_PATH | O_DIRECTORY) ? Lookup::kernel : Lookup::component; }

Descriptor open_beneath(int root, std::string_view path, int flags, Lookup lookup) {
  if (lookup == Lookup::component) return Walk(root, path).open(path.ends_with('/') ? flags | O_DIRECTORY : flags);
  return open_by_kernel(root, path.empty() ? std::string(".") : std::string(path), flags);
}

}  // namespace facio
