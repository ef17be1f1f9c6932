#include "commands/serve/private_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"

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

/// Gives the finished file its name, which must be free, and makes the name durable.
Status publish(const std::string& made, const std::string& path) {
  if (::link(made.c_str(), path.c_str()) != 0)
    return fail(errno == EEXIST ? Code::conflict : Code::usage, errno == EEXIST ? "is there already" : system_reason(errno));
  const auto parent = std::filesystem::path(path).parent_path();
  const Descriptor directory(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
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
  // Under another name first: an existing file is always complete, wherever the process or the machine stopped.
  const std::string made = path + "." + random_hex(6);
  const Descriptor file(::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return fail(Code::usage, system_reason(errno));
  const Secret line(std::string(word.reveal()) + "\n");
  Status status = write_all(file.get(), line.reveal()) && ::fsync(file.get()) == 0 ? Status{} : fail(Code::output, system_reason(errno));
  if (status) status = publish(made, path);
  ::unlink(made.c_str());
  return status;
}

Status make_private_directory(const std::string& path) {
  std::error_code error;
  const std::filesystem::path directory(path);
  if (std::filesystem::is_directory(directory, error)) return {};
  (void)make_directories_above(path);
  if (make_directory(path) || errno == EEXIST) return {};
  return fail(Code::usage, "cannot make the directory " + path + ": " + system_reason(errno),
              "choose another directory with --data, or use --memory");
}

Result<std::string> make_temporary_directory(const std::string& parent) {
  std::string pattern = "/tmp/facioctl-XXXXXX";
  if (!parent.empty() && make_private_directory(parent)) pattern = parent + "/serve-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(Code::usage, "cannot make a temporary directory " + pattern + ": " + system_reason(errno),
                "set XDG_RUNTIME_DIR to a directory of your own");
  return pattern;
}

void remove_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
}

}  // namespace facio::serve
