#include "cli/core/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace facio {

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

Status make_directories_above(const std::string& path, mode_t mode) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    if (::mkdir(directory.c_str(), mode) != 0 && errno != EEXIST)
      return fail(Code::output, "cannot make the directory " + directory + ": " + system_reason(errno));
  }
  return {};
}

Status replace_file(const std::string& path, std::string_view bytes, mode_t mode, Durable durable) {
  std::string beside = path + ".XXXXXX";
  Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));  // 0600
  if (!file) return fail(Code::output, "cannot write " + path + ": " + system_reason(errno));
  const bool written = write_all(file.get(), bytes) && (mode == 0600 || ::fchmod(file.get(), mode) == 0) &&
                       (durable == Durable::no || ::fsync(file.get()) == 0) && file.close() &&
                       std::rename(beside.c_str(), path.c_str()) == 0;
  if (written) return {};
  const int why = errno;
  ::unlink(beside.c_str());
  return fail(Code::output, "cannot write " + path + ": " + system_reason(why));
}

}  // namespace facio
