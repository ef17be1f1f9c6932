#include "cli/core/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace facio {

bool Descriptor::close() {
  if (fd_ < 0) return true;
  const int before = errno;
  if (::close(release()) != 0) return false;
  errno = before;
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

}  // namespace facio
