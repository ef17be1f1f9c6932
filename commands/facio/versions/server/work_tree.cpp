#include "commands/facio/versions/server/work_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/descriptor.hpp"
#include "cli/core/text.hpp"
#include "cli/files/workspace_files.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostFiles = 2'000'000;
// This many new files are stored in one pack instead of a file each.
constexpr std::size_t kMany = 500;
constexpr off_t kMostInMemory = 32 << 20;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// DT_DIR, DT_REG, DT_LNK …, also on file systems that do not report it with the name.
unsigned char kind_of(DIR* directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat facts {};
  if (::fstatat(::dirfd(directory), entry.d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return static_cast<unsigned char>(IFTODT(facts.st_mode));
}

/// The files to record below `root`, relative to it, in byte order. Links are not followed. The directory `without` is left out, wherever
/// it lies, and so are files that are still being written. Code::output for what cannot be read.
Result<std::vector<std::string>> walk_files(const std::string& root, const std::string& without) {
  const Descriptor top(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top) return fail(Code::output, "the workspace cannot be read: " + system_reason(errno));
  struct stat left_out {
  }, facts{};
  (void)::stat(without.c_str(), &left_out);
  std::vector<std::string> files, pending(1);
  while (!pending.empty()) {
    const std::string path = std::move(pending.back());
    pending.pop_back();
    const int fd = ::openat(top.get(), path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) continue;  // removed or replaced meanwhile
    const std::unique_ptr<DIR, CloseDirectory> directory(fd < 0 ? nullptr : ::fdopendir(fd));
    if (!directory) return fail(Code::output, "the workspace's directory \"" + path + "\" cannot be read: " + system_reason(errno));
    if (::fstat(fd, &facts) == 0 && facts.st_dev == left_out.st_dev && facts.st_ino == left_out.st_ino) continue;
    const std::string prefix = path.empty() ? path : path + "/";
    while (const dirent* entry = ::readdir(directory.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == ".." || ::strcasecmp(entry->d_name, ".git") == 0 || WorkspaceFiles::is_unfinished(name)) continue;
      const unsigned char kind = kind_of(directory.get(), *entry);
      if (kind == DT_DIR) pending.push_back(prefix + std::string(name));
      else if (kind == DT_REG || kind == DT_LNK) files.push_back(prefix + std::string(name));
    }
    if (files.size() > kMostFiles) return fail(Code::too_large, "the workspace has more than 2000000 files; versions cannot hold it");
  }
  std::ranges::sort(files);
  return files;
}

std::string terminated(const std::vector<std::string_view>& paths) {
  std::string text;
  for (const std::string_view path : paths) text.append(path) += '\0';
  return text;
}

/// The bytes of a file; nothing when it is too large for this or gone.
std::optional<std::string> small_file(int root, const std::string& path) {
  const Descriptor fd(::openat(root, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const off_t size = fd ? ::lseek(fd.get(), 0, SEEK_END) : -1;
  if (size < 0 || size > kMostInMemory || ::lseek(fd.get(), 0, SEEK_SET) != 0) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::size_t have = 0;
  ssize_t got = 0;
  while (have < bytes.size() && (got = ::read(fd.get(), bytes.data() + have, bytes.size() - have)) > 0)
    have += static_cast<std::size_t>(got);
  bytes.resize(have);
  return bytes;
}

/// Stores the contents of many files in one pack. Only a shortcut: whatever changes meanwhile is stored when it is recorded.
Status import(const GitRepository& repository, const std::vector<std::string_view>& paths) {
  const Descriptor root(::open(repository.work_tree().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return {};
  GitCall call = repository.call({"fast-import", "--quiet", "--depth=0"});
  std::size_t next = 0;
  call.source = [&]() -> Result<std::string> {
    std::string piece;
    while (next < paths.size() && piece.size() < (1U << 20U))
      if (const auto bytes = small_file(root.get(), std::string(paths[next++])))
        piece += "blob\ndata " + std::to_string(bytes->size()) + "\n" + *bytes + "\n";
    return piece;
  };
  return repository.git().output(std::move(call)).map([](const std::string&) {});
}

}  // namespace

Result<std::string> WorkTree::record_once() const {
  // The server's own directory, with its store and keys, may lie in the workspace; it is no part of a version.
  const std::string data = repository_.directory().substr(0, repository_.directory().rfind('/'));
  auto found = walk_files(repository_.work_tree(), data);
  if (!found) return fail(std::move(found.error()));
  const std::vector<std::string_view> present(found->begin(), found->end());
  auto listing = repository_.git().output(repository_.call({"ls-files", "-z", "--cached"}, index_));
  if (!listing) return listing;
  const std::vector<std::string_view> known = split_terminated(*listing, '\0');
  std::vector<std::string_view> gone, added;
  std::ranges::set_difference(known, present, std::back_inserter(gone));
  std::ranges::set_difference(present, known, std::back_inserter(added));
  auto differing = repository_.git().output(repository_.call({"diff-files", "--name-only", "-z"}, index_));
  if (!differing) return differing;
  // New files and those that have changed or only look so; removed ones cannot be read and drop out.
  std::ranges::copy(split_terminated(*differing, '\0'), std::back_inserter(added));
  if (added.size() >= kMany)
    if (auto status = import(repository_, added); !status) return fail(std::move(status.error()));
  if (!gone.empty())
    if (auto done = repository_.plumb({"update-index", "--force-remove", "-z", "--stdin"}, terminated(gone), index_); !done) return done;
  auto done = repository_.plumb({"update-index", "--add", "--replace", "--remove", "-z", "--stdin"}, terminated(present), index_);
  return done ? repository_.plumb({"write-tree"}, {}, index_) : std::move(done);
}

Result<std::string> WorkTree::record() const {
  auto tree = record_once();
  // Files may come and go while they are recorded. The index is only a memory: one that a crash cut short is thrown away.
  for (int again = 0; again < 2 && !tree && tree.error().code() == Code::internal; ++again) {
    if (again == 1) ::unlink((repository_.directory() + "/" + index_).c_str());
    tree = record_once();
  }
  return tree;
}

Status WorkTree::restore(const std::string& tree) const {
  if (auto done = repository_.plumb({"read-tree", "--reset", "-u", tree}, {}, index_); !done) return fail(std::move(done.error()));
  const Descriptor root(::open(repository_.work_tree().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root || ::syncfs(root.get()) != 0) return fail(Code::output, "the workspace could not be written: " + system_reason(errno));
  return {};
}

}  // namespace facio::serve
