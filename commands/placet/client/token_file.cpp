#include "commands/placet/client/token_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/core/ids.hpp"

namespace facio::placet {
namespace {

tl::unexpected<Error> failed(const std::string& path) {
  return fail(Code::output, "cannot write the token file " + path + ": " + std::strerror(errno), "a file of your own with --token-file");
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return ::fsync(fd) == 0;
}

}  // namespace

Status write_token_file(const std::string& path, const Secret& token) {
  const auto slash = path.rfind('/');
  if (slash != std::string::npos && slash != 0) (void)::mkdir(path.substr(0, slash).c_str(), 0700);
  const std::string beside = path + "." + random_hex(4);
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path);
  const bool written = write_all(fd, token.reveal()) && write_all(fd, "\n");
  if (!written || ::rename(beside.c_str(), path.c_str()) != 0) {
    const int why = errno;
    ::close(fd);
    ::unlink(beside.c_str());
    errno = why;
    return failed(path);
  }
  ::close(fd);
  return {};
}

Status remove_token_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(Code::output, "cannot remove the token file " + path + ": " + std::strerror(errno));
}

}  // namespace facio::placet
