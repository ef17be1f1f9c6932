#include "cli/command_line/terminal_line.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace facio {
namespace {

constexpr std::size_t kLongest = 4096;

}  // namespace

Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams) {
  if (auto status = streams.err.write(question); !status) return fail(std::move(status.error()));
  if (auto status = streams.err.flush(); !status) return fail(std::move(status.error()));
  const int fd = ::open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::optional<std::string>{};
  std::optional<std::string> line;
  char byte = 0;
  for (;;) {
    const ssize_t got = ::read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (!line) line.emplace();
    if (byte == '\n') break;
    if (line->size() < kLongest) *line += byte;
  }
  ::close(fd);
  return line;
}

}  // namespace facio
