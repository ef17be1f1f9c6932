#include "commands/serve/private_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/encoding.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestWord = 4096;

tl::unexpected<Error> refused(std::string why, std::string hint) { return fail(Code::unauthenticated, std::move(why), std::move(hint)); }

Status check_owner(const std::string& path, int fd, FileOwner owner) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return refused(system_reason(errno), "check the path");
  if (!S_ISREG(found.st_mode)) return refused("is no regular file", "write it to a file");
  const bool of_root = owner == FileOwner::self_or_root && found.st_uid == 0;
  if (found.st_uid != ::geteuid() && !of_root)
    return refused("belongs to another user", "chown " + std::to_string(::geteuid()) + " " + path);
  if ((found.st_mode & (of_root ? 027U : 077U)) != 0) return refused("others may read or change it", "chmod 600 " + path);
  return {};
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Gives the finished file its name, which must not be taken, and makes the name durable.
Status publish(const std::string& made, const std::string& path) {
  if (::link(made.c_str(), path.c_str()) != 0)
    return fail(errno == EEXIST ? Code::conflict : Code::usage, errno == EEXIST ? "is there already" : system_reason(errno));
  const Descriptor directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return fail(Code::output, system_reason(errno));
  return {};
}

}  // namespace

Result<Secret> read_private_file(const std::string& path, FileOwner owner) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return fail(errno == ENOENT ? Code::not_found : Code::unauthenticated, system_reason(errno), "check the path");
  if (auto status = check_owner(path, file.get(), owner); !status) return fail(std::move(status.error()));
  std::string text(kLongestWord + 1, '\0');
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  if (got < 0) return refused(system_reason(errno), "check the path");
  text.resize(static_cast<std::size_t>(got));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  if (text.size() > kLongestWord || !is_word(text)) return refused("does not hold one word", "write one line without blanks to it");
  return Secret(std::move(text));
}

Status create_private_file(const std::string& path, const Secret& word) {
  // Under another name first: a file that is there is always whole, wherever the process or the machine was stopped.
  const std::string made = path + "." + random_hex(6);
  const Descriptor file(::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return fail(Code::usage, system_reason(errno));
  const Secret line(std::string(word.reveal()) + "\n");
  Status status = write_all(file.get(), line.reveal()) && ::fsync(file.get()) == 0 ? Status{} : fail(Code::output, system_reason(errno));
  if (status) status = publish(made, path);
  ::unlink(made.c_str());
  return status;
}

}  // namespace facio::serve
