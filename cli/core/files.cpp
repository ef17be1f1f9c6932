#include "cli/core/files.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace facio {
namespace {

constexpr int kMostLinks = 40;

/// Whether a file may take the place of what is there.
Status check_replaceable(const std::string& path) {
  struct ::stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {};
  const char* kind = S_ISLNK(status.st_mode)    ? "a link"
                     : S_ISDIR(status.st_mode)  ? "a directory"
                     : S_ISFIFO(status.st_mode) ? "a FIFO"
                     : S_ISSOCK(status.st_mode) ? "a socket"
                                                : "a device";
  return fail(Code::output, "cannot write " + path + ": it is " + kind + ", and stays what it is", "name a regular file");
}

}  // namespace

bool Descriptor::close() {
  if (fd_ < 0) return true;
  const int before = errno;
  if (::close(release()) != 0) return false;
  errno = before;
  return true;
}

bool read_all(int fd, std::string& to, std::size_t most) {
  // The string fills the room for a read with zeros first, so there is no more of it than a read is likely to need. What is short, such as
  // a token, is read without moving it.
  constexpr std::size_t kFirst = 1024, kLargest = 64 * 1024;
  while (to.size() <= most) {
    const std::size_t filled = to.size(), room = to.capacity() - filled;
    const bool full = room == 0 || (filled == 0 && room < kFirst);
    to.resize(filled + (full ? std::clamp(filled, kFirst, kLargest) : std::min(room, kLargest)));
    const ssize_t got = ::read(fd, to.data() + filled, to.size() - filled);
    to.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return true;
    if (got < 0 && errno != EINTR) return false;
  }
  return true;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
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
    if (!make_directory(directory, mode) && errno != EEXIST)
      return fail(Code::output, "cannot make the directory " + directory + ": " + system_reason(errno));
  }
  return {};
}

Result<std::string> file_behind(const std::string& path) {
  std::string at = path;
  struct ::stat status {};
  for (int links = 0; ::lstat(at.c_str(), &status) == 0 && S_ISLNK(status.st_mode); ++links) {
    char target[PATH_MAX];
    const ssize_t length = ::readlink(at.c_str(), target, sizeof target);
    if (length <= 0 || links == kMostLinks) return fail(Code::output, "cannot follow the link " + path);
    const std::string name(target, static_cast<std::size_t>(length));
    const auto slash = at.rfind('/');
    at = name.front() == '/' || slash == std::string::npos ? name : at.substr(0, slash + 1) + name;
  }
  if (auto good = check_replaceable(at); !good) return fail(std::move(good.error()));
  return at;
}

Status replace_file(const std::string& path, std::string_view bytes, mode_t mode, Durable durable) {
  if (auto good = check_replaceable(path); !good) return good;
  std::string beside = path + ".XXXXXX";
  Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));  // 0600, or less where the umask is strange
  if (!file) return fail(Code::output, "cannot write " + path + ": " + system_reason(errno));
  const bool written = write_all(file.get(), bytes) && ::fchmod(file.get(), mode) == 0 &&
                       (durable == Durable::no || ::fsync(file.get()) == 0) && file.close() &&
                       std::rename(beside.c_str(), path.c_str()) == 0;
  if (written) return {};
  const int why = errno;
  ::unlink(beside.c_str());
  return fail(Code::output, "cannot write " + path + ": " + system_reason(why));
}

}  // namespace facio
