#include "commands/serve/private_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestWord = 4096;
constexpr int kMostDirectories = 16;

tl::unexpected<Error> refused(std::string why, std::string hint) { return fail(Code::unauthenticated, std::move(why), std::move(hint)); }

Status check_owner(const std::string& path, int fd, FileOwner owner) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return refused(system_reason(errno), "check the path");
  if (!S_ISREG(found.st_mode)) return refused("is not a regular file", "write it to a file");
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
    return fail(errno == EEXIST ? Code::conflict : code_of_system(errno), errno == EEXIST ? "is there already" : system_reason(errno));
  return sync_name(path) ? Status{} : fail(Code::output, system_reason(errno));
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
  if (text.size() > kLongestWord || !is_word(text)) return refused("does not contain a single word", "write one line without blanks to it");
  return Secret(std::move(text));
}

Status create_private_file(const std::string& path, const Secret& word) {
  // Under another name first: an existing file is always complete, wherever the process or the machine stopped.
  const std::string made = path + "." + random_hex(kDraftCharacters / 2);
  const Descriptor file(::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return fail(code_of_system(errno), system_reason(errno));
  (void)lock_file(file.get());
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
  if (make_directory(path)) {
    (void)sync_name(path);  // a directory above that cannot be opened is the machine's own, and there for long
    return {};
  }
  if (errno == EEXIST) return {};
  return fail(code_of_system(errno), "cannot create the directory " + path + ": " + system_reason(errno),
              "choose another directory with --data, or use --memory");
}

bool lock_file(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR); }

Result<std::string> make_temporary_directory(const std::string& parent) {
  const bool below_parent = !parent.empty() && make_private_directory(parent);
  const std::string start = below_parent ? parent + "/" + std::string(kTemporaryBelowRuntime) : "/tmp/" + std::string(kTemporaryBelowTmp);
  for (int tries = 0; tries < kMostDirectories; ++tries) {
    std::string path = start + "XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
      return fail(code_of_system(errno), "cannot create a temporary directory " + path + ": " + system_reason(errno),
                  "set XDG_RUNTIME_DIR to a directory of your own");
    Descriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    // Another server that starts may have taken it for a leftover before it was locked.
    if (!opened || !lock_file(opened.get()) || ::access(path.c_str(), F_OK) != 0) continue;
    opened.release();  // it is locked as long as the process lives
    return path;
  }
  return fail(Code::usage, "cannot create a temporary directory " + start + "XXXXXX");
}

void remove_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
}

}  // namespace facio::serve
