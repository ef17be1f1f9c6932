#include "commands/serve/token.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/ids.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestToken = 4096;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason(int error) { return std::generic_category().message(error); }

tl::unexpected<Error> refused(const std::string& path, const std::string& why, std::string hint) {
  return fail(Error(Code::unauthenticated, "token file " + path + ": " + why).with_field("token-file").with_hint(std::move(hint)));
}

Status check_owner(const std::string& path, int fd) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return refused(path, reason(errno), "check the path");
  if (!S_ISREG(found.st_mode)) return refused(path, "is no regular file", "write the token to a file");
  if (found.st_uid != ::geteuid()) return refused(path, "belongs to another user", "chown " + std::to_string(::geteuid()) + " " + path);
  if ((found.st_mode & 077) != 0) return refused(path, "others may read or change it", "chmod 600 " + path);
  return {};
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<Secret> read_token(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return refused(path, reason(errno), "leave --token-file out, and a new token is made");
  if (auto status = check_owner(path, file.get()); !status) return fail(std::move(status.error()));
  std::string text(kLongestToken + 1, '\0');
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  if (got < 0) return refused(path, reason(errno), "check the path");
  text.resize(static_cast<std::size_t>(got));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  if (text.size() > kLongestToken || !is_token(text))
    return refused(path, "does not hold one token", "write one line without blanks to it");
  return Secret(std::move(text));
}

Status create_token(const std::string& path) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0)
    return fail(Code::usage, "cannot make the token file " + path + ": " + reason(errno), "choose another directory with --data");
  const Secret token(random_hex(32) + "\n");
  const std::string_view text = token.reveal();
  if (::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file.get()) == 0) return {};
  const int error = errno;
  ::unlink(path.c_str());
  return fail(Code::output, "cannot write the token file " + path + ": " + reason(error));
}

Status make_private_directory(const std::string& path) {
  std::error_code error;
  const std::filesystem::path directory(path);
  if (std::filesystem::is_directory(directory, error)) return {};
  if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return fail(Code::usage, "cannot make the directory " + path + ": " + reason(errno),
              "choose another directory with --data, or use --memory");
}

Result<std::string> make_temporary_directory(const std::string& parent) {
  std::string pattern = "/tmp/facioctl-XXXXXX";
  if (!parent.empty() && make_private_directory(parent)) pattern = parent + "/serve-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(Code::usage, "cannot make a temporary directory " + pattern + ": " + reason(errno),
                "set XDG_RUNTIME_DIR to a directory of your own");
  return pattern;
}

void remove_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
}

}  // namespace facio::serve
