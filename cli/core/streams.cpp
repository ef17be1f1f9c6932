#include "cli/core/streams.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/standard_descriptors.hpp"

namespace facio {
namespace {

constexpr std::size_t kBufferSize = 64 * 1024;

Status output_failed(int error) { return fail(Code::output, "cannot write output: " + system_reason(error)); }

}  // namespace

Status FdOutput::write(std::string_view text) {
  if (failed_errno_ != 0) return output_failed(failed_errno_);
  buffer_ += text;
  return buffer_.size() >= kBufferSize ? flush() : Status{};
}

Status FdOutput::flush() {
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
