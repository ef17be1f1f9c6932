#include "cli/core/files.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "cli/core/file_writer.hpp"

namespace facio {
namespace {

constexpr int kMostLinks = 40;

/// Whether a file may take the place of what is there.
Status check_replaceable(const std::string& path) {
  struct ::stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {};
  // A link is named as what it leads to, unless that is a file.
  if (struct ::stat target{}; S_ISLNK(status.st_mode) && ::stat(path.c_str(), &target) == 0 && !S_ISREG(target.st_mode)) status = target;
  const char* kind = S_ISLNK(status.st_mode)    ? "a link"
                     : S_ISDIR(status.st_mode)  ? "a directory"
                     : S_ISFIFO(status.st_mode) ? "a FIFO"
                     : S_ISSOCK(status.st_mode) ? "a socket"
                                                : "a device";
  return fail(Code::output, "cannot write " + path + ": it is " + kind + ", which is not replaced", "use a regular file");
}

/// After a failed read or write: whether it is to be tried again, after waiting where the descriptor is non-blocking and not ready.
bool try_again(int fd, short event) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd watched{fd, event, 0};
  return ::poll(&watched, 1, -1) >= 0 || errno == EINTR;
}

}  // namespace

bool Descriptor::close() {
  if (fd_ < 0) return true;
  const int before = errno;
  if (::close(release()) != 0) return false;
  errno = before;
  return true;
}

ssize_t read_some(int fd, char* to, std::size_t size) {
  ssize_t got = 0;
  while ((got = ::read(fd, to, size)) < 0 && try_again(fd, POLLIN)) {
  }
  return got;
}

bool read_all(int fd, std::string& to, std::size_t most) {
  // The string fills the room for a read with zeros first, so there is no more of it than a read is likely to need. What is short, such as
  // a token, is read without moving it.
  constexpr std::size_t kFirst = 1024, kLargest = 64 * 1024;
  while (to.size() <= most) {
    const std::size_t filled = to.size(), room = to.capacity() - filled;
    const bool full = room == 0 || (filled == 0 && room < kFirst);
    to.resize(filled + (full ? std::clamp(filled, kFirst, kLargest) : std::min(room, kLargest)));
    const ssize_t got = read_some(fd, to.data() + filled, to.size() - filled);
    to.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return true;
    if (got < 0) return false;
  }
  return true;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && try_again(fd, POLLOUT)) continue;
    if (wrote < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

PipeEnds make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool make_directory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0) return false;
  struct ::stat status {};
  return ::stat(path.c_str(), &status) == 0 && ((status.st_mode & 0777U) == mode || ::chmod(path.c_str(), mode) == 0);
}

Status make_directories_above(const std::string& path, mode_t mode) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    if (make_directory(directory, mode)) (void)sync_name(directory);
    else if (errno != EEXIST) return fail(Code::output, "cannot create the directory " + directory + ": " + system_reason(errno));
  }
  return {};
}

bool sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && ::fsync(directory.get()) == 0;
}

bool sync_name(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  const auto slash = end == std::string::npos ? end : path.rfind('/', end);
  return sync_directory(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
}

Status sync_tree(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> paths{directory};
  for (fs::recursive_directory_iterator at(directory, error); !error && at != fs::recursive_directory_iterator(); at.increment(error))
    if (at->is_directory(error) || at->is_regular_file(error)) paths.push_back(at->path());
  for (const std::string& path : paths) {
    const Descriptor one(error ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!one || ::fsync(one.get()) != 0)
      return fail(Code::output, "cannot write " + path + ": " + system_reason(error ? error.value() : errno));
  }
  return {};
}

Result<PathEnd> end_of_path(const std::string& path) {
  std::string at = path;
  struct ::stat status {};
  for (int links = 0; ::lstat(at.c_str(), &status) == 0 && S_ISLNK(status.st_mode); ++links) {
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
      return fail(Code::output, "cannot write " + path + ": " + at + " is a link of another user", "use the file itself");
    char target[PATH_MAX];
    const ssize_t length = ::readlink(at.c_str(), target, sizeof target);
    if (length <= 0 || links == kMostLinks) return fail(Code::output, "cannot follow the link " + path);
    const std::string name(target, static_cast<std::size_t>(length));
    const auto slash = at.rfind('/');
    at = name.front() == '/' || slash == std::string::npos ? name : at.substr(0, slash + 1) + name;
  }
  // Links below /proc lead to what has no path, such as a pipe: only the system can follow them.
  if (::stat(path.c_str(), &status) == 0 && (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode))) return PathEnd{path, true};
  if (auto good = check_replaceable(at); !good) return fail(std::move(good.error()));
  return PathEnd{std::move(at), false};
}

Result<std::string> file_behind(const std::string& path) {
  auto end = end_of_path(path);
  if (!end) return fail(std::move(end.error()));
  if (end->is_stream)
    if (auto good = check_replaceable(path); !good) return fail(std::move(good.error()));
  return std::move(end->path);
}

Status replace_file(const std::string& path, std::string_view bytes, mode_t mode, Durable durable) {
  if (auto good = check_replaceable(path); !good) return good;
  auto file = FileWriter::open(path, mode);
  if (!file) return fail(std::move(file.error()));
  auto status = file->write(bytes);
  return status ? file->finish(durable) : status;
}

}  // namespace facio
