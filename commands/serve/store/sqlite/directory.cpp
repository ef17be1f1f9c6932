#include "commands/serve/store/sqlite/directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace facio::store {
namespace {

tl::unexpected<Error> unusable(const std::string& what, int error) {
  return fail(Code::usage, "cannot use " + what + ": " + system_reason(error), "choose another directory with --data");
}

Status make_directory(const std::string& directory) {
  namespace fs = std::filesystem;
  const fs::path path(directory);
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return unusable("the data directory " + directory, errno);
  if (!fs::is_directory(path, error)) return unusable("the data directory " + directory, ENOTDIR);
  return {};
}

std::string holder(int fd) {
  char text[24] = {};
  const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
  std::string pid(text, got > 0 ? static_cast<std::size_t>(got) : 0);
  if (const auto end = pid.find('\n'); end != std::string::npos) pid.resize(end);
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const std::string& directory) {
  if (auto made = make_directory(directory); !made) return fail(std::move(made.error()));
  const std::string path = directory + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return unusable("the data directory " + directory, errno);
  DirectoryLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unusable("the lock file " + path, errno);
    return fail(Code::conflict, "the data directory " + directory + " is in use by " + holder(fd),
                "stop it, or choose another directory with --data");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return unusable("the lock file " + path, errno);
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);  // the file stays: removing it would race with the next holder
}

Status make_private_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return unusable(path, errno);
  ::close(fd);
  return {};
}

}  // namespace facio::store
