#include "cli/contexts/token.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostOfToken = 64 * 1024;

Status check_owner(int fd, const std::string& path) {
  struct ::stat status {};
  if (::fstat(fd, &status) != 0) return no_token("cannot read the token file " + path + ": " + system_reason(errno));
  if (!S_ISREG(status.st_mode)) return no_token("the token file " + path + " is not a regular file");
  if (status.st_uid != ::geteuid())
    return no_token("the token file " + path + " belongs to another user", "a file of your own with --token-file");
  if ((status.st_mode & 077U) != 0) return no_token("the token file " + path + " can be read by others", "chmod 600 " + path);
  return {};
}

}  // namespace

tl::unexpected<Error> no_token(std::string message, std::string hint) {
  return fail(Code::unauthenticated, std::move(message), std::move(hint));
}

Result<Secret> clean_token(std::string text, const std::string& from) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return no_token("the token from " + from + " is empty");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x21 || c == 0x7f; }))
    return no_token("the token from " + from + " holds a blank or a control character; a token is one word");
  return Secret(std::move(text));
}

Result<Secret> token_from_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 && errno == ELOOP) return no_token("the token file " + path + " is a link; name the file itself");
  if (fd < 0) return no_token("cannot read the token file " + path + ": " + system_reason(errno));
  auto owned = check_owner(fd, path);
  if (!owned) {
    ::close(fd);
    return fail(std::move(owned.error()));
  }
  auto text = FdInput(fd).read_all(kMostOfToken);
  ::close(fd);
  if (!text) return no_token("cannot read the token file " + path + ": " + text.error().message());
  return clean_token(std::move(*text), "file " + path);
}

Result<Secret> token_from_input(Input& input, const std::string& from) {
  auto text = input.read_all(kMostOfToken);
  if (!text) return no_token("cannot read the token from " + from + ": " + text.error().message());
  return clean_token(std::move(*text), from);
}

Result<Secret> token_from_plugin_descriptor(const std::string& number) {
  int fd = -1;
  if (!read_number(number, fd) || fd < 0) return no_token("FACIOCTL_TOKEN_FD is not a file descriptor number", "unset FACIOCTL_TOKEN_FD");
  std::string text(kMostOfToken, '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  if (got < 0)
    return no_token("cannot read the token from file descriptor " + number + ": " + system_reason(errno), "unset FACIOCTL_TOKEN_FD");
  text.resize(static_cast<std::size_t>(got));
  return clean_token(std::move(text), "file descriptor " + number);
}

Result<Secret> token_from_credential(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return no_token("cannot read the credential " + path + ": " + system_reason(errno));
  struct ::stat status {};
  // The service manager may keep the file its own and open it to this user alone by an access list, which shows as a group's right.
  const bool good = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (status.st_uid == ::geteuid() || status.st_uid == 0) &&
                    (status.st_mode & 027U) == 0;
  auto text = good ? FdInput(fd).read_all(kMostOfToken) : Result<std::string>(std::string());
  ::close(fd);
  if (!good) return no_token("the credential " + path + " is not a file that its owner alone can change and nobody else read");
  if (!text) return no_token("cannot read the credential " + path + ": " + text.error().message());
  return clean_token(std::move(*text), "credential " + path);
}

}  // namespace facio
