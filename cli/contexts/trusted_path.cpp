#include "cli/contexts/trusted_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace facio {
namespace {

constexpr int kMostLinks = 40;

std::string here() {
  char path[PATH_MAX];
  return ::getcwd(path, sizeof path) == nullptr ? std::string("/") : std::string(path);
}

std::string link_target(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return {target, static_cast<std::size_t>(length > 0 ? length : 0)};
}

Status check_one(const std::string& path, const struct ::stat& status, const std::string& what) {
  const auto refuse = [&](const std::string& why, std::string remedy) {
    return fail(Code::usage, what + " is not used: " + path + " " + why + ", who could change what runs", std::move(remedy));
  };
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    return refuse("belongs to another user", "chown " + std::to_string(::geteuid()) + " " + path + ", or use a place of your own");
  const bool shared_directory = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
  const bool has_mode = S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISFIFO(status.st_mode);
  if (has_mode && !shared_directory && (status.st_mode & 022U) != 0) return refuse("can be changed by other users", "chmod go-w " + path);
  return {};
}

}  // namespace

Status check_trusted(const std::string& path, const std::string& what) {
  // What is still to be walked, and where the walk is. Links are followed here and not by the system, as each is a place to be checked.
  std::string left = path.starts_with('/') ? path : here() + "/" + path, at;
  int links = 0;
  struct ::stat status {};
  while (true) {
    const bool found = ::lstat(at.empty() ? "/" : at.c_str(), &status) == 0;
    // A descriptor, as of `--config <(…)`, is a link without a target below /proc.
    if (!found && (errno == ENOENT || errno == ENOTDIR)) return {};
    if (!found) return fail(Code::usage, what + " cannot be checked: " + at + ": " + system_reason(errno));
    if (auto good = check_one(at.empty() ? "/" : at, status, what); !good) return good;
    if (S_ISLNK(status.st_mode)) {
      if (++links > kMostLinks) return fail(Code::usage, what + " cannot be found: too many links at " + at);
      const std::string target = link_target(at);
      left = target + "/" + left;
      at = target.starts_with('/') ? std::string() : at.substr(0, at.rfind('/'));
    }
    std::string name;
    while (name.empty() || name == ".") {
      const auto begin = left.find_first_not_of('/');
      if (begin == std::string::npos) return {};
      const auto end = std::min(left.find('/', begin), left.size());
      name = left.substr(begin, end - begin);
      left.erase(0, end);
    }
    if (name == "..") at = at.empty() ? at : at.substr(0, at.rfind('/'));
    else at += "/" + name;
  }
}

}  // namespace facio
