#include "commands/facio/versions/server/work_tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "commands/facio/versions/server/file_walk.hpp"

namespace facio::serve {
namespace {

// From so many new files on they are stored in one pack instead of a file each.
constexpr std::size_t kMany = 500;
constexpr off_t kMostInMemory = 32 << 20;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const auto end = text.find('\0');
    all.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return all;
}

std::string joined(const std::vector<std::string_view>& paths) {
  std::string text;
  for (const std::string_view path : paths) {
    text += path;
    text += '\0';
  }
  return text;
}

/// The bytes of a file that is not too large; nothing for any other or when it is gone.
std::optional<std::string> small_file(int root, const std::string& path) {
  const int fd = ::openat(root, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const off_t size = ::lseek(fd, 0, SEEK_END);
  std::optional<std::string> bytes;
  if (size >= 0 && size <= kMostInMemory && ::lseek(fd, 0, SEEK_SET) == 0) {
    bytes.emplace(static_cast<std::size_t>(size), '\0');
    std::size_t have = 0;
    ssize_t got = 0;
    while (have < bytes->size() && (got = ::read(fd, bytes->data() + have, bytes->size() - have)) > 0)
      have += static_cast<std::size_t>(got);
    bytes->resize(have);
  }
  ::close(fd);
  return bytes;
}

/// Stores the contents of many files in one pack. Only a shortcut: what changes meanwhile is stored when it is recorded.
Status import(const GitRepository& repository, const std::vector<std::string_view>& paths) {
  const int root = ::open(repository.work_tree().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return {};
  GitCall call = repository.call({"fast-import", "--quiet", "--depth=0"});
  std::size_t next = 0;
  call.source = [&]() -> Result<std::string> {
    std::string piece;
    while (next < paths.size() && piece.size() < (1U << 20U)) {
      const auto bytes = small_file(root, std::string(paths[next++]));
      if (bytes) piece += "blob\ndata " + std::to_string(bytes->size()) + "\n" + *bytes + "\n";
    }
    return piece;
  };
  auto done = repository.git().output(std::move(call));
  ::close(root);
  if (!done) return fail(std::move(done.error()));
  return {};
}

}  // namespace

Result<std::string> WorkTree::record_once() const {
  // A workspace may hold the server's own directory, with its store and its keys: nothing for a version.
  const std::string data = repository_.directory().substr(0, repository_.directory().rfind('/'));
  auto found = walk_files(repository_.work_tree(), data);
  if (!found) return fail(std::move(found.error()));
  const std::vector<std::string_view> present(found->begin(), found->end());
  auto listing = repository_.git().output(repository_.call({"ls-files", "-z", "--cached"}, index_));
  if (!listing) return listing;
  std::vector<std::string_view> known = split(*listing);
  std::vector<std::string_view> gone, added;
  std::ranges::set_difference(known, present, std::back_inserter(gone));
  std::ranges::set_difference(present, known, std::back_inserter(added));
  auto differing = repository_.git().output(repository_.call({"diff-files", "--name-only", "-z"}, index_));
  if (!differing) return differing;
  // What is new and what has changed (or only looks so); those that are gone cannot be read and drop out.
  std::ranges::copy(split(*differing), std::back_inserter(added));
  if (added.size() >= kMany)
    if (auto status = import(repository_, added); !status) return fail(std::move(status.error()));
  if (!gone.empty())
    if (auto done = repository_.plumb({"update-index", "--force-remove", "-z", "--stdin"}, joined(gone), index_); !done) return done;
  if (auto done = repository_.plumb({"update-index", "--add", "--replace", "--remove", "-z", "--stdin"}, joined(present), index_); !done)
    return done;
  return repository_.plumb({"write-tree"}, {}, index_);
}

Result<std::string> WorkTree::record() const {
  auto tree = record_once();
  // Files may come and go while they are recorded; and an index that a crash of the machine has cut short is only a memory.
  for (int again = 0; again < 2 && !tree && tree.error().code() == Code::internal; ++again) {
    if (again == 1) ::unlink((repository_.directory() + "/" + index_).c_str());
    tree = record_once();
  }
  return tree;
}

Status WorkTree::restore(const std::string& tree) const {
  auto done = repository_.plumb({"read-tree", "--reset", "-u", tree}, {}, index_);
  if (!done) return fail(std::move(done.error()));
  const int root = ::open(repository_.work_tree().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = root >= 0 && ::syncfs(root) == 0;
  const int error = errno;
  if (root >= 0) ::close(root);
  if (!synced) return fail(Code::output, "the workspace could not be written: " + system_reason(error));
  return {};
}

}  // namespace facio::serve
