#include "cli/core/streams.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/standard_descriptors.hpp"

namespace facio {
namespace {

constexpr std::size_t kBufferSize = 64 * 1024;

Status output_failed(int error) { return fail(Code::output, "cannot write output: " + system_reason(error)); }

}  // namespace

Status FdOutput::write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (failed_errno_ != 0) return output_failed(failed_errno_);
  erase_drawn();
  buffer_ += text;
  return buffer_.size() >= kBufferSize ? pass_on() : Status{};
}

Status FdOutput::flush() {
  const std::lock_guard lock(mutex_);
  return pass_on();
}

Status FdOutput::draw(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (!is_terminal() || (line.empty() && !drawn_)) return {};
  erase_drawn();
  buffer_ += line;
  drawn_ = !line.empty();
  return pass_on();
}

void FdOutput::erase_drawn() {
  if (std::exchange(drawn_, false)) buffer_ += "\r\x1b[K";
}

Status FdOutput::pass_on() {
  if (failed_errno_ != 0) return output_failed(failed_errno_);
  if (!write_all(fd_, buffer_)) failed_errno_ = errno;
  buffer_.clear();
  return failed_errno_ == 0 ? Status{} : output_failed(failed_errno_);
}

bool FdOutput::is_terminal() const { return ::isatty(fd_) == 1; }

int FdOutput::columns() const {
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

Status pause_while_read(int ms) {
  struct ::stat status {};
  const bool can_close = ::fstat(STDOUT_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
  pollfd watched{can_close ? STDOUT_FILENO : -1, 0, 0};
  const int ready = ::poll(&watched, 1, ms);
  // Of a socket that the peer has shut for writing alone, something could still be read.
  if (ready <= 0 || (watched.revents & (POLLERR | POLLNVAL)) == 0) return {};
  (void)::raise(SIGPIPE);
  return output_failed(EPIPE);
}

Status check_reader() { return pause_while_read(0); }

bool occupy_standard_descriptors() {
  for (int fd = 0; fd < 3; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // In the direction that is not wanted, so that its use is an error.
    if (::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) return false;
  }
  return true;
}

Result<std::string> FdInput::read_all(std::size_t limit) {
  std::string text;
  if (!facio::read_all(fd_, text, limit)) return fail(Code::usage, "cannot read input: " + system_reason(errno));
  if (text.size() > limit) return fail(Code::usage, "input is larger than " + std::to_string(limit) + " bytes");
  return text;
}

bool FdInput::is_terminal() const { return ::isatty(fd_) == 1; }

std::optional<std::string_view> ProcessEnvironment::look_up(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());  // NOLINT(concurrency-mt-unsafe): only changed without other threads
  return value == nullptr ? std::nullopt : std::optional<std::string_view>(value);
}

}  // namespace facio
