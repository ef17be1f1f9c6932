#include "commands/facio/versions/server/file_walk.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "cli/files/workspace_files.hpp"

namespace facio::serve {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

constexpr std::size_t kMostFiles = 2'000'000;

/// DT_DIR, DT_REG, DT_LNK …, also where the file system does not say it with the name.
unsigned char kind_of(DIR* directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat facts {};
  if (::fstatat(::dirfd(directory), entry.d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return static_cast<unsigned char>(IFTODT(facts.st_mode));
}

class Walk {
 public:
  Walk(int root, const std::string& without) : root_(root) {
    struct stat facts {};
    if (!without.empty() && ::stat(without.c_str(), &facts) == 0) left_out_ = {facts.st_dev, facts.st_ino};
  }

  Status go() {
    pending_.emplace_back();
    while (!pending_.empty()) {
      const std::string path = std::move(pending_.back());
      pending_.pop_back();
      if (auto status = one(path); !status) return status;
    }
    std::ranges::sort(files);
    return {};
  }
  std::vector<std::string> files;

 private:
  Status one(const std::string& path) {
    const int fd = ::openat(root_, path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return {};  // gone meanwhile
    const Directory open(fd < 0 ? nullptr : ::fdopendir(fd));
    if (!open) return fail(Code::output, "the workspace's directory \"" + path + "\" cannot be read: " + system_reason(errno));
    struct stat facts {};
    if (::fstat(fd, &facts) == 0 && left_out_ == std::pair{facts.st_dev, facts.st_ino}) return {};
    const std::string prefix = path.empty() ? path : path + "/";
    while (const dirent* entry = ::readdir(open.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == ".." || ::strcasecmp(entry->d_name, ".git") == 0 || WorkspaceFiles::is_unfinished(name)) continue;
      const unsigned char kind = kind_of(open.get(), *entry);
      if (kind == DT_DIR) pending_.push_back(prefix + std::string(name));
      else if (kind == DT_REG || kind == DT_LNK) files.push_back(prefix + std::string(name));
    }
    if (files.size() > kMostFiles) return fail(Code::too_large, "the workspace has more than 2000000 files; versions cannot hold it");
    return {};
  }

  int root_;
  std::pair<dev_t, ino_t> left_out_{};
  std::vector<std::string> pending_;
};

}  // namespace

Result<std::vector<std::string>> walk_files(const std::string& root, const std::string& without) {
  const int fd = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail(Code::output, "the workspace cannot be read: " + system_reason(errno));
  Walk walk(fd, without);
  const Status status = walk.go();
  ::close(fd);
  if (!status) return fail(status.error());
  return std::move(walk.files);
}

}  // namespace facio::serve
