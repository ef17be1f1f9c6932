#include "cli/core/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace facio {

bool Descriptor::close() {
  if (fd_ < 0) return true;
  const int kept = errno;
  const bool good = ::close(release()) == 0;
  errno = kept;
  return good;
}

PipeEnds make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace facio
