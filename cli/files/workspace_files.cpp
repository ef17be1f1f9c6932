#include "cli/files/workspace_files.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr std::size_t kLongestPath = 1024;
constexpr std::string_view kUnfinishedStart = ".facioctl-";
constexpr std::string_view kUnfinishedEnd = ".tmp";
constexpr std::size_t kUnfinishedBytes = 8;

tl::unexpected<Error> unusable(const std::string& directory, int error) {
  return fail(Code::usage, "cannot use the workspace " + directory + ": " + system_reason(error),
              "choose another directory with --workspace");
}

void describe(const struct stat& about, WorkspaceFiles::Entry& entry) {
  using Kind = WorkspaceFiles::Kind;
  entry.kind = S_ISREG(about.st_mode) ? Kind::file : S_ISDIR(about.st_mode) ? Kind::directory : Kind::other;
  entry.size = entry.kind == Kind::file ? about.st_size : 0;
  entry.executable = entry.kind == Kind::file && (about.st_mode & S_IXUSR) != 0;
  entry.mtime_ns = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
}

std::string why_unreadable(int error) {
  switch (error) {
    case ENOENT: return "the link points to nothing";
    case EXDEV: return "the link points outside the workspace";
    case ELOOP: return "the link points to itself";
    default: return system_reason(error);
  }
}

tl::unexpected<Error> no_regular_file(std::string_view path, mode_t mode) {
  if (S_ISDIR(mode)) return path_failure(path, EISDIR);
  return fail_field(Code::rejected, "path", std::string(path) + " is not a regular file");
}

}  // namespace

tl::unexpected<Error> path_failure(std::string_view path, int error) {
  const std::string name(path.empty() ? "the workspace" : path);
  switch (error) {
    case ENOENT: return fail(Code::not_found, "there is no " + name + " in the workspace", "see workspace tree");
    case EXDEV: return fail_field(Code::rejected, "path", name + " points outside the workspace");
    case ELOOP: return fail_field(Code::rejected, "path", name + " goes through a link that is not followed");
    case EISDIR: return fail_field(Code::rejected, "path", name + " is a directory; name a file");
    case ENOTDIR: return fail_field(Code::rejected, "path", name + " goes through something that is not a directory");
    case ENAMETOOLONG: return fail_field(Code::rejected, "path", name + " has a name that is too long for the file system");
    default: return fail(Code::output, "cannot use " + name + " in the workspace: " + system_reason(error));
  }
}

std::pair<std::string, std::string> split_path(std::string_view path) {
  std::string parent, name;
  while (!path.empty()) {
    const std::string_view part = split_off(path, '/');
    if (part.empty() || part == ".") continue;
    if (!name.empty()) parent += (parent.empty() ? "" : "/") + name;
    name = part;
  }
  return {parent, name};
}

DirectoryStream read_directory(Descriptor directory) {
  DirectoryStream stream(::fdopendir(directory.get()));
  if (stream) directory.release();  // it belongs to the stream now
  return stream;
}

Result<WorkspaceFiles> WorkspaceFiles::open(const std::string& directory, std::optional<Lookup> lookup) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path path = fs::absolute(directory, error).lexically_normal();
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();  // it was given with a slash at its end
  if (error) return unusable(directory, error.value());
  (void)make_directories_above(path.string());
  if (make_directory(path.string())) (void)sync_name(path.string());
  else if (errno != EEXIST) return unusable(directory, errno);
  Descriptor root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return unusable(directory, errno);
  const Lookup chosen = lookup ? *lookup : best_lookup(root.get());
  return WorkspaceFiles(path.string(), std::move(root), chosen);
}

Status WorkspaceFiles::check_path(std::string_view path) {
  const auto bad = [](std::string why) { return fail_field(Code::rejected, "path", "the path " + std::move(why)); };
  if (path.empty()) return bad("is empty; name a file below the workspace");
  if (count_characters(path) > kLongestPath) return bad("is longer than 1024 characters");
  if (!is_utf8(path)) return bad("is not UTF-8");
  if (std::ranges::any_of(path, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; })) return bad("contains a control character");
  if (path.front() == '/' || path.front() == '\\') return bad("is absolute; give a path below the workspace");
  if (has_parent_step(path)) return bad("contains \"..\"; give a path below the workspace");
  return {};
}

void WorkspaceFiles::hide(HiddenPlaces places) {
  hidden_ = std::move(places);
  if (hidden_.any_below(directory_)) lookup_ = Lookup::component;
}

bool WorkspaceFiles::is_unfinished(std::string_view name) {
  return (name.size() == kUnfinishedStart.size() + 2 * kUnfinishedBytes + kUnfinishedEnd.size() && name.starts_with(kUnfinishedStart) &&
          name.ends_with(kUnfinishedEnd)) ||
         name.starts_with(kReplaced);
}

std::string WorkspaceFiles::unfinished_name() {
  return std::string(kUnfinishedStart) + random_hex(kUnfinishedBytes) + std::string(kUnfinishedEnd);
}

std::string WorkspaceFiles::real_path(std::string_view path) const {
  const auto place_of = [](const Descriptor& open) {
    std::error_code error;
    const auto place = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(open.get()), error);
    return error ? std::filesystem::path() : place;
  };
  if (!check_path(path)) return {};
  const std::filesystem::path top = place_of(root_);
  std::filesystem::path place;
  if (const Descriptor itself = open_path(path, O_PATH)) {
    place = place_of(itself);
  } else {
    const auto [above, name] = split_path(path);
    const Descriptor parent = open_path(above, O_PATH | O_DIRECTORY);
    if (parent) place = place_of(parent) / name;
  }
  return top.empty() || place.empty() ? std::string() : place.lexically_relative(top).generic_string();
}

bool WorkspaceFiles::any_case() const {
  struct statfs about {};
  constexpr std::array<long, 6> kFolding = {MSDOS_SUPER_MAGIC, 0x2011BAB0 /* exFAT */, 0x5346544e /* NTFS */,
                                            SMB_SUPER_MAGIC,   0xFE534D42 /* SMB 2 */, 0x7366746e /* ntfs3 */};
  int flags = 0;
  if (::fstatfs(root_.get(), &about) == 0 && std::ranges::find(kFolding, static_cast<long>(about.f_type)) != kFolding.end()) return true;
  return ::ioctl(root_.get(), FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_CASEFOLD_FL) != 0;
}

int WorkspaceFiles::why_absent(std::string_view path) const {
  if (!check_path(path)) return ENOENT;
  return open_path(path, O_PATH | O_NOFOLLOW) ? 0 : errno;
}

std::string WorkspaceFiles::identity(std::string_view path) const {
  const Descriptor found = open_path(path, O_PATH | O_DIRECTORY);
  struct stat about {};
  return found && ::fstat(found.get(), &about) == 0 ? std::to_string(about.st_ino) : std::string();
}

Result<WorkspaceFiles::Entry> WorkspaceFiles::look(std::string_view path) const {
  if (!path.empty())
    if (auto good = check_path(path); !good) return fail(std::move(good.error()));
  const Descriptor found = open_path(path, O_PATH);
  struct stat about {};
  if (!found || ::fstat(found.get(), &about) != 0) return path_failure(path, errno);
  Entry entry;
  entry.name = split_path(path).second;
  describe(about, entry);
  const Descriptor itself = open_path(path, O_PATH | O_NOFOLLOW);
  entry.link = itself && ::fstat(itself.get(), &about) == 0 && S_ISLNK(about.st_mode);
  return entry;
}

Result<std::vector<WorkspaceFiles::Entry>> WorkspaceFiles::list(std::string_view path, std::size_t most) const {
  if (!path.empty())
    if (auto good = check_path(path); !good) return fail(std::move(good.error()));
  Descriptor opened = open_path(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  if (!opened && errno == ENOTDIR) return fail_field(Code::rejected, "path", std::string(path) + " is not a directory");
  if (!opened) return path_failure(path, errno);
  const DirectoryStream stream = read_directory(std::move(opened));
  if (!stream) return path_failure(path, errno);
  const std::string prefix = path.empty() || path == "." ? std::string() : std::string(path) + "/";
  std::vector<Entry> entries;
  while (const dirent* next = ::readdir(stream.get())) {
    const std::string_view name = next->d_name;
    if (name == "." || name == ".." || is_unfinished(name)) continue;
    if (entries.size() == most)
      return fail(Code::too_large, (prefix.empty() ? "the workspace" : prefix) + " has more than " + std::to_string(most) + " entries");
    struct stat about {};
    Entry entry{.name = std::string(name)};
    if (::fstatat(::dirfd(stream.get()), next->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // gone meanwhile
      entry.error = why_unreadable(errno);
    } else if (S_ISLNK(about.st_mode)) {
      entry.link = true;
      const Descriptor target = open_path(prefix + entry.name, O_PATH);
      if (!target || ::fstat(target.get(), &about) != 0) entry.error = why_unreadable(errno);
    } else if (hidden_.hides(about)) {
      continue;
    }
    describe(about, entry);
    entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    const bool first = a.kind == Kind::directory;
    return first != (b.kind == Kind::directory) ? first : a.name < b.name;
  });
  return entries;
}

/// A regular file, open for reading.
Result<Descriptor> WorkspaceFiles::open_regular(std::string_view path, struct stat& about) const {
  if (auto good = check_path(path); !good) return fail(std::move(good.error()));
  // It is examined before it is opened, so that the writer of a pipe is not woken, and again after, as it may be another file by then.
  Descriptor file;
  for (const int flags : {O_PATH, O_RDONLY | O_NONBLOCK | O_NOCTTY}) {
    file = open_path(path, flags);
    if (!file || ::fstat(file.get(), &about) != 0) return path_failure(path, errno);
    if (!S_ISREG(about.st_mode)) return no_regular_file(path, about.st_mode);
  }
  return file;
}

Result<WorkspaceFiles::Part> WorkspaceFiles::read_part(std::string_view path, std::int64_t offset, std::size_t length) const {
  struct stat about {};
  const auto file = open_regular(path, about);
  if (!file) return fail(file.error());
  Part part;
  describe(about, part.file);
  part.bytes.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(about.st_size - offset, 0, static_cast<std::int64_t>(length))));
  std::size_t filled = 0;
  while (filled < part.bytes.size()) {
    const auto got = ::pread(file->get(), part.bytes.data() + filled, part.bytes.size() - filled, offset + static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return path_failure(path, errno);
    if (got == 0) break;  // it has become shorter
    filled += static_cast<std::size_t>(got);
  }
  part.bytes.resize(filled);
  return part;
}

Result<std::string> WorkspaceFiles::read(std::string_view path, std::size_t most) const {
  struct stat about {};
  const auto file = open_regular(path, about);
  if (!file) return fail(file.error());
  std::string bytes;
  bytes.reserve(std::min(static_cast<std::size_t>(about.st_size), most) + 1);  // one more, to see the end
  if (!read_all(file->get(), bytes, most)) return path_failure(path, errno);
  if (bytes.size() > most) return fail(Code::too_large, std::string(path) + " is larger than " + std::to_string(most) + " bytes");
  return bytes;
}

}  // namespace facio
