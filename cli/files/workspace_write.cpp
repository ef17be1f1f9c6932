// Everything that changes the workspace.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "cli/core/files.hpp"
#include "cli/files/workspace_files.hpp"

namespace facio {
namespace {

constexpr int kDeepest = 128;  // each level costs a descriptor
constexpr int kMostTries = 16;

Status make_durable(int fd, std::string_view path) {
  if (::fsync(fd) != 0) return path_failure(path, errno);
  return {};
}

/// False when another process works on it. Where files cannot be locked, none does.
bool lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

/// A new file beside its final place, which is removed unless it is published.
class NewFile {
 public:
  NewFile(int directory, mode_t mode) : directory_(directory) {
    for (int tries = 0; tries < kMostTries; ++tries) {
      name_ = WorkspaceFiles::unfinished_name();
      fd_ = Descriptor(::openat(directory, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
      // Another process that starts may have taken it for a leftover before it was locked.
      if (!fd_ || (lock(fd_.get()) && ::faccessat(directory, name_.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)) return;
    }
  }
  ~NewFile() {
    if (fd_ && !published_) ::unlinkat(directory_, name_.c_str(), 0);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] int get() const { return fd_.get(); }
  bool publish(const std::string& as) {
    published_ = ::renameat(directory_, name_.c_str(), directory_, as.c_str()) == 0;
    return published_;
  }

 private:
  int directory_;
  std::string name_;
  Descriptor fd_;
  bool published_ = false;
};

Status check_replaceable(int parent, const std::string& name, std::string_view path, const struct stat& about) {
  if (S_ISREG(about.st_mode)) return {};
  if (S_ISDIR(about.st_mode)) return path_failure(path, EISDIR);
  if (!S_ISLNK(about.st_mode)) return fail_field(Code::rejected, "path", std::string(path) + " is not a regular file");
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(parent, name.c_str(), target.data(), target.size());
  const std::string leads(target.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  return fail_field(Code::rejected, "path",
                    std::string(path) + " is a link to " + leads + ": write to that file, or delete the link first");
}

/// Whoever may read may run, or nobody may; without `executable` the mode as it is.
mode_t mode_with(mode_t mode, std::optional<bool> executable) {
  if (!executable) return mode;
  return *executable ? mode | (mode & 0444U) >> 2U : mode & ~0111U;
}

/// Empties a directory; false, with errno set, when something cannot be removed.
bool remove_contents(Descriptor directory, int levels_left, const HiddenPlaces& hidden) {
  struct stat about {};
  if (::fstat(directory.get(), &about) != 0) return false;
  if (hidden.hides(about)) {
    errno = EACCES;
    return false;
  }
  const DirectoryStream stream = read_directory(std::move(directory));
  if (!stream) return false;
  const int fd = ::dirfd(stream.get());
  while (const dirent* next = ::readdir(stream.get())) {
    const std::string_view name = next->d_name;
    if (name == "." || name == ".." || ::unlinkat(fd, next->d_name, 0) == 0 || errno == ENOENT) continue;
    if (errno != EISDIR) return false;
    if (levels_left == 0) {
      errno = E2BIG;
      return false;
    }
    Descriptor below(::openat(fd, next->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below || !remove_contents(std::move(below), levels_left - 1, hidden)) return false;
    if (::unlinkat(fd, next->d_name, AT_REMOVEDIR) != 0 && errno != ENOENT) return false;
  }
  return true;
}

/// Whether all of a tree may be removed, and remove_contents() can do it; false, with errno set, when not. `own`: what is hidden.
bool removable(Descriptor directory, int levels_left, const std::vector<HiddenPlaces::Identity>& own) {
  const auto refused = [](int error) {
    errno = error;
    return false;
  };
  const auto is_own = [&own](const struct stat& about) {
    return std::ranges::find(own, HiddenPlaces::Identity(about.st_dev, about.st_ino)) != own.end();
  };
  struct stat about {};
  if (::fstat(directory.get(), &about) != 0) return false;
  if (is_own(about)) return refused(EACCES);
  const DirectoryStream stream = read_directory(std::move(directory));
  if (!stream) return false;
  const int fd = ::dirfd(stream.get());
  while (const dirent* next = ::readdir(stream.get())) {
    const std::string_view name = next->d_name;
    if (name == "." || name == ".." || ::fstatat(fd, next->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (is_own(about)) return refused(EACCES);
    if (!S_ISDIR(about.st_mode)) continue;
    if (levels_left == 0) return refused(E2BIG);
    Descriptor below(::openat(fd, next->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below || !removable(std::move(below), levels_left - 1, own)) return false;
  }
  return true;
}

/// The rest of a removed tree, which has an unfinished name. What fails is left to the next start.
void remove_rest(int parent, const std::string& name, const HiddenPlaces& hidden) {
  Descriptor directory(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (directory && remove_contents(std::move(directory), kDeepest, hidden)) ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

tl::unexpected<Error> removal_failure(std::string_view path, int error) {
  if (error == E2BIG) return fail_field(Code::rejected, "path", std::string(path) + " is more than 128 directories deep");
  if (error == ENOTDIR || error == ELOOP) return fail_field(Code::rejected, "path", std::string(path) + " is not a directory");
  return path_failure(path, error);
}

/// The name of a directory before it was put aside for another one; empty when it was not.
std::string replaced_name(const std::string& name) {
  const std::string_view start = WorkspaceFiles::kReplaced;
  return name.starts_with(start) ? name.substr(start.size()) : std::string();
}

bool rename_with(int from_parent, const std::string& from, int to_parent, const std::string& to, unsigned flags) {
  return ::syscall(SYS_renameat2, from_parent, from.c_str(), to_parent, to.c_str(), flags) == 0;
}

}  // namespace

/// Opens the directory at `path` and makes what is missing, one step at a time inside of what is open, and never through a link.
Result<Descriptor> WorkspaceFiles::make_directories(const std::string& path) const {
  Descriptor here = open_path(path, O_RDONLY | O_DIRECTORY);
  if (here) return here;
  if (errno != ENOENT) return path_failure(path, errno);
  const auto [parent, name] = split_path(path);
  auto above = make_directories(parent);
  if (!above) return above;
  if (::mkdirat(above->get(), name.c_str(), 0755) == 0) {
    if (auto durable = make_durable(above->get(), path); !durable) return fail(std::move(durable.error()));
  } else if (errno != EEXIST) {
    return path_failure(path, errno);
  }
  here = Descriptor(::openat(above->get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!here) return path_failure(path, errno);
  struct stat about {};
  if (::fstat(here.get(), &about) != 0 || hidden_.hides(about)) return path_failure(path, EACCES);
  return here;
}

/// Whether `name` in an open directory may be changed or replaced: not what is hidden, and by the agent not what is the operator's.
Status WorkspaceFiles::check_change(int parent, const std::string& name, std::string_view path, By by) const {
  struct stat about {
  }, above{}, top{};
  if (::fstatat(parent, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0 && hidden_.hides(about))
    return fail_field(Code::rejected, "path", std::string(path) + " belongs to the server itself");
  if (by == By::the_operator || !is_operators_file(name)) return {};
  if (::fstat(parent, &above) != 0 || ::fstat(root_.get(), &top) != 0) return path_failure(path, errno);
  if (above.st_dev != top.st_dev || above.st_ino != top.st_ino) return {};
  return fail_field(
      Code::rejected, "path",
      std::string(path) + " decides what the server starts, so only the operator may change it; ask a person (manage_mcp does)");
}

Result<bool> WorkspaceFiles::write(std::string_view path, std::string_view bytes, Durable durable, By by,
                                   std::optional<bool> executable) const {
  if (auto good = check_path(path); !good) return fail(std::move(good.error()));
  const auto [above, name] = split_path(path);
  if (name.empty() || path.ends_with('/')) return path_failure(path, EISDIR);
  const auto parent = make_directories(above);
  if (!parent) return fail(parent.error());
  if (auto good = check_change(parent->get(), name, path, by); !good) return fail(std::move(good.error()));
  struct stat before {};
  const bool created = ::fstatat(parent->get(), name.c_str(), &before, AT_SYMLINK_NOFOLLOW) != 0;
  if (created && errno != ENOENT) return path_failure(path, errno);
  if (!created)
    if (auto good = check_replaceable(parent->get(), name, path, before); !good) return fail(std::move(good.error()));
  NewFile file(parent->get(), !created ? 0600 : executable.value_or(false) ? 0755 : 0644);
  if (file.get() < 0) return path_failure(path, errno);
  if (!write_all(file.get(), bytes)) return path_failure(path, errno);
  if (!created) {
    // The owner stays where this process may set it. The mode comes last, because changing the owner clears bits.
    [[maybe_unused]] const int ignored = ::fchown(file.get(), before.st_uid, before.st_gid);
    if (::fchmod(file.get(), mode_with(before.st_mode & 0777, executable)) != 0) return path_failure(path, errno);
  }
  if (durable == Durable::now)
    if (auto safe = make_durable(file.get(), path); !safe) return fail(std::move(safe.error()));
  if (!file.publish(name)) return path_failure(path, errno);
  if (durable == Durable::now)
    if (auto safe = make_durable(parent->get(), path); !safe) return fail(std::move(safe.error()));
  return created;
}

Status WorkspaceFiles::sync() const {
  if (::syncfs(root_.get()) != 0) return path_failure("", errno);
  return {};
}

Status WorkspaceFiles::remove(std::string_view path, By by) const {
  if (auto good = check_path(path); !good) return good;
  const auto [above, name] = split_path(path);
  const Descriptor parent = open_path(above, O_RDONLY | O_DIRECTORY);
  if (!parent) return path_failure(path, errno);
  struct stat about {};
  if (name.empty()) return path_failure(path, EISDIR);
  if (::fstatat(parent.get(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return path_failure(path, errno);
  if (S_ISDIR(about.st_mode)) return path_failure(path, EISDIR);
  if (path.ends_with('/')) return path_failure(path, ENOTDIR);
  if (auto good = check_change(parent.get(), name, path, by); !good) return good;
  if (::unlinkat(parent.get(), name.c_str(), 0) != 0) return path_failure(path, errno);
  return make_durable(parent.get(), path);
}

Status WorkspaceFiles::remove_tree(std::string_view path) const {
  if (auto good = check_path(path); !good) return good;
  const auto [above, name] = split_path(path);
  if (name.empty()) return fail_field(Code::rejected, "path", "the workspace itself cannot be deleted");
  const Descriptor parent = open_path(above, O_RDONLY | O_DIRECTORY);
  if (!parent) return path_failure(path, errno);
  Descriptor directory(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory || !removable(std::move(directory), kDeepest - 1, hidden_.identities())) return removal_failure(path, errno);
  const std::string aside = is_unfinished(name) ? name : unfinished_name();
  if (aside != name) {
    if (::renameat(parent.get(), name.c_str(), parent.get(), aside.c_str()) != 0) return removal_failure(path, errno);
    if (auto durable = make_durable(parent.get(), path); !durable) return durable;
  }
  remove_rest(parent.get(), aside, hidden_);
  return {};
}

Result<WorkspaceFiles::Unfinished> WorkspaceFiles::make_unfinished(std::string_view above) const {
  const auto parent = make_directories(std::string(above));
  if (!parent) return fail(parent.error());
  for (int tries = 0; tries < kMostTries; ++tries) {
    const std::string name = unfinished_name();
    if (::mkdirat(parent->get(), name.c_str(), 0755) != 0) return path_failure(above, errno);
    Descriptor opened(::openat(parent->get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (opened && lock(opened.get()) && ::faccessat(parent->get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
      return Unfinished{.path = (above.empty() ? "" : std::string(above) + "/") + name, .lock = std::move(opened)};
  }
  return path_failure(above, EAGAIN);
}

void WorkspaceFiles::remove_unfinished() const {
  if (Descriptor top = open_path("", O_RDONLY | O_DIRECTORY)) remove_unfinished_below(std::move(top), kDeepest);
}

void WorkspaceFiles::remove_unfinished_below(Descriptor directory, int levels_left) const {
  const DirectoryStream stream = read_directory(std::move(directory));
  if (!stream) return;
  const int fd = ::dirfd(stream.get());
  struct stat about {};
  while (const dirent* next = ::readdir(stream.get())) {
    const std::string name = next->d_name;
    const bool unfinished = is_unfinished(name);
    if (name == "." || name == ".." || (!unfinished && next->d_type != DT_DIR && next->d_type != DT_UNKNOWN)) continue;
    Descriptor one(::openat(fd, next->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!one || ::fstat(one.get(), &about) != 0 || hidden_.hides(about)) continue;
    if (!unfinished) {
      if (S_ISDIR(about.st_mode) && levels_left > 0) remove_unfinished_below(std::move(one), levels_left - 1);
      continue;
    }
    if (!lock(one.get())) continue;
    if (S_ISREG(about.st_mode)) ::unlinkat(fd, next->d_name, 0);
    if (!S_ISDIR(about.st_mode)) continue;
    // What was to be replaced, when it could not be exchanged, has its place again unless that is taken.
    const std::string before = replaced_name(name);
    if (!before.empty() && ::faccessat(fd, before.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
        ::renameat(fd, name.c_str(), fd, before.c_str()) == 0)
      continue;
    remove_rest(fd, name, hidden_);
  }
}

Status WorkspaceFiles::replace_directory(std::string_view from, std::string_view to) const {
  for (const std::string_view path : {from, to})
    if (auto good = check_path(path); !good) return good;
  const auto [from_above, from_name] = split_path(from);
  const auto [to_above, to_name] = split_path(to);
  if (from_name.empty() || to_name.empty()) return fail_field(Code::rejected, "path", "the workspace itself cannot be replaced");
  const Descriptor source = open_path(from_above, O_RDONLY | O_DIRECTORY);
  if (!source) return path_failure(from, errno);
  struct stat about {};
  if (::fstatat(source.get(), from_name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return path_failure(from, errno);
  if (!S_ISDIR(about.st_mode)) return fail_field(Code::rejected, "path", std::string(from) + " is not a directory");
  const auto target = make_directories(to_above);
  if (!target) return fail(target.error());
  if (auto good = check_change(source.get(), from_name, from, By::the_operator); !good) return good;
  if (auto good = check_change(target->get(), to_name, to, By::the_operator); !good) return good;
  const bool there = ::fstatat(target->get(), to_name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0;
  if (there && !S_ISDIR(about.st_mode)) return fail_field(Code::rejected, "path", std::string(to) + " is not a directory");
  bool exchanged = there;
  if (there && !rename_with(source.get(), from_name, target->get(), to_name, RENAME_EXCHANGE)) {
    if (errno != EINVAL && errno != ENOSYS) return path_failure(to, errno);
    // The file system cannot exchange: for a moment there is nothing at `to`.
    const std::string aside = std::string(kReplaced) + to_name;
    if (::renameat(target->get(), to_name.c_str(), target->get(), aside.c_str()) != 0) return path_failure(to, errno);
    if (::renameat(source.get(), from_name.c_str(), target->get(), to_name.c_str()) != 0) {
      const int error = errno;
      ::renameat(target->get(), aside.c_str(), target->get(), to_name.c_str());
      return path_failure(to, error);
    }
    if (::renameat(target->get(), aside.c_str(), source.get(), from_name.c_str()) != 0) return path_failure(from, errno);
    exchanged = true;
  } else if (!there && !rename_with(source.get(), from_name, target->get(), to_name, RENAME_NOREPLACE)) {
    if (errno != EINVAL && errno != ENOSYS) return path_failure(to, errno);
    if (::renameat(source.get(), from_name.c_str(), target->get(), to_name.c_str()) != 0) return path_failure(to, errno);
  }
  if (auto durable = make_durable(target->get(), to); !durable) return durable;
  if (exchanged) return remove_tree(from);
  return make_durable(source.get(), from);
}

}  // namespace facio
