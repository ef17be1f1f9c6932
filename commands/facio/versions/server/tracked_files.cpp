#include "commands/facio/versions/server/tracked_files.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/text.hpp"
#include "cli/files/workspace_files.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostFiles = 2'000'000;
// Changes that the kernel does not report (see DirectoryWatch) are found after this time at the latest.
constexpr std::chrono::minutes kAllAgain{5};

struct CloseListing {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_gone(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV; }

bool is_left_out(const std::string& name) { return ::strcasecmp(name.c_str(), ".git") == 0 || WorkspaceFiles::is_unfinished(name); }

/// All names in an open directory except "." and "..", in byte order; nothing, with errno set, if they cannot be read.
std::optional<std::vector<std::string>> names_of(int directory) {
  const int own = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseListing> open(own < 0 ? nullptr : ::fdopendir(own));
  if (!open) return std::nullopt;
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return std::nullopt;
  std::ranges::sort(names);
  return names;
}

std::string path_in(const TrackedDirectory& directory, const std::string& name) {
  const std::string path = directory.path();
  return path.empty() ? name : path + "/" + name;
}

TrackedDirectory* directory_at(TrackedDirectory& top, std::string_view path) {
  TrackedDirectory* at = &top;
  if (!path.empty())
    for (const std::string_view name : split(path, '/'))
      if (at = at->directory(name); at == nullptr) break;
  return at;
}

}  // namespace

TrackedFiles::TrackedFiles(std::string root, HiddenPlaces hidden, std::function<bool()> stopping, Hide hide)
    : root_path_(std::move(root)),
      hidden_(std::move(hidden)),
      stopping_(std::move(stopping)),
      hide_(std::move(hide)),
      top_(std::make_unique<TrackedDirectory>("", nullptr, watch_)) {}

void TrackedFiles::remember(const std::vector<IndexEntry>& entries) {
  for (const IndexEntry& entry : entries) {
    // Its content is not what the version holds: it is read again.
    if (hide_ && is_operators_file(entry.path)) continue;
    TrackedDirectory* at = top_.get();
    const auto names = split(entry.path, '/');
    for (std::size_t i = 0; i + 1 < names.size(); ++i) at = &at->make_directory(names[i]);
    at->put({.name = std::string(names.back()), .facts = entry.facts, .mode = entry.mode, .id = entry.id, .certain = entry.certain});
  }
}

const TrackedFile* TrackedFiles::file(std::string_view path) const {
  const auto slash = path.rfind('/');
  TrackedDirectory* directory = directory_at(*top_, slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
  return directory == nullptr ? nullptr : directory->file(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

void TrackedFiles::stored() {
  changed_.clear();
  kept_ = 0;
}

Result<InputSource> TrackedFiles::read_again(const std::string& path, std::uint64_t size) const {
  const auto slash = path.rfind('/');
  const Descriptor root(::open(root_path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Descriptor directory =
      open_beneath(root.get(), slash == std::string::npos ? std::string() : path.substr(0, slash), O_RDONLY | O_DIRECTORY, lookup_);
  return data_of(directory.get(), slash == std::string::npos ? path : path.substr(slash + 1), size);
}

// ---------------------------------------------------------------------------------------------------- looking

Status TrackedFiles::look(Look how) {
  root_ = Descriptor(::open(root_path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat facts {};
  if (!root_ || ::fstat(root_.get(), &facts) != 0) return fail(Code::output, "the workspace cannot be read: " + system_reason(errno));
  lookup_ = best_lookup(root_.get());
  left_out_ = hidden_.identities();
  const std::string mounts = mount_table();
  std::set<Place> places;
  const bool complete = watch_.take_changes([&](TrackedDirectory& directory, std::string_view name) { places.emplace(&directory, name); });
  const bool all = how == Look::all || !complete || must_see_all(facts, mounts);
  const auto now = std::chrono::steady_clock::now();
  if (all) saw_all_.reset();
  Status status = all ? look_at_all() : look_at_reported(places);
  root_ = Descriptor();
  if (!status) {
    saw_all_.reset();
    return status;
  }
  if (all) {
    saw_all_ = now;
    mounts_ = mounts;
  }
  // A directory is watched under another path, or not at all: next time everything must be looked at.
  if (!watch_.is_complete()) saw_all_.reset();
  return {};
}

bool TrackedFiles::must_see_all(const struct stat& root, const std::string& mounts) const {
  if (!saw_all_ || std::chrono::steady_clock::now() - *saw_all_ >= kAllAgain) return true;
  return top_->identity != std::pair{root.st_dev, root.st_ino} || mounts.empty() || mounts != mounts_;
}

Status TrackedFiles::look_at_all() {
  files_ = 0;
  open_.assign(1, std::string());
  return open_below();
}

Status TrackedFiles::look_at_reported(const std::set<Place>& places) {
  std::set<std::pair<std::string, std::string>> names;  // a directory sorts before what is below it
  for (const auto& [directory, name] : places) names.emplace(directory->path(), name);
  for (const std::string& path : shared_) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) names.emplace("", path);
    else names.emplace(path.substr(0, slash), path.substr(slash + 1));
  }
  open_.clear();
  files_ = 0;
  for (auto at = names.begin(); at != names.end();) {
    const std::string& path = at->first;
    const auto end = std::find_if(at, names.end(), [&](const auto& one) { return one.first != path; });
    TrackedDirectory* directory = directory_at(*top_, path);
    const Descriptor open = directory != nullptr ? open_directory(path) : Descriptor();
    struct stat facts {};
    if (open && ::fstat(open.get(), &facts) == 0) {
      const bool same = directory->identity == std::pair{facts.st_dev, facts.st_ino};
      if (!same || at->second.empty()) {
        if (auto status = look_into(*directory, !same); !status) return status;
      } else {
        for (auto one = at; one != end; ++one)
          if (auto status = look_at(*directory, open.get(), one->second, false); !status) return status;
      }
    } else if (directory != nullptr) {
      if (auto status = look_into(*directory, false); !status) return status;
    }
    at = end;
  }
  return open_below();
}

/// Reads all directories that turned out to be new or changed as a whole.
Status TrackedFiles::open_below() {
  while (!open_.empty()) {
    if (stopping_()) return fail(Code::unavailable, "the server is stopping");
    const std::string path = std::move(open_.back());
    open_.pop_back();
    if (TrackedDirectory* directory = directory_at(*top_, path); directory != nullptr)
      if (auto status = look_into(*directory, true); !status) return status;
  }
  return {};
}

/// Looks at every name in a directory; with `all`, also at everything below it. A removed directory is forgotten.
Status TrackedFiles::look_into(TrackedDirectory& directory, bool all) {
  const std::string path = directory.path();
  const Descriptor open = open_directory(path);
  struct stat facts {};
  if (!open && is_gone(errno) && directory.above != nullptr) {
    forget_directory(*directory.above, directory.name);
    return {};
  }
  std::optional<std::vector<std::string>> names;
  if (open && ::fstat(open.get(), &facts) == 0) {
    directory.identity = {facts.st_dev, facts.st_ino};
    watch_.add(open.get(), directory);
    names = names_of(open.get());
  }
  if (!names) return fail(Code::output, "the workspace's directory \"" + path + "\" cannot be read: " + system_reason(errno));
  std::vector<std::string> known;
  for (const TrackedFile& file : directory.files) known.push_back(file.name);
  for (const auto& below : directory.directories) known.push_back(below->name);
  std::ranges::sort(known);
  std::vector<std::string> gone;
  std::ranges::set_difference(known, *names, std::back_inserter(gone));
  for (const std::vector<std::string>* list : {&*names, &gone})
    for (const std::string& name : *list)
      if (auto status = look_at(directory, open.get(), name, all); !status) return status;
  return {};
}

Status TrackedFiles::look_at(TrackedDirectory& directory, int fd, const std::string& name, bool all) {
  if (name.empty() || is_left_out(name)) return {};
  struct stat facts {};
  const bool there = ::fstatat(fd, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0;
  if (!there && !is_gone(errno))
    return fail(Code::output, "the workspace's file \"" + path_in(directory, name) + "\" cannot be read: " + system_reason(errno));
  const std::pair identity{facts.st_dev, facts.st_ino};
  // An operator's file that is empty stands in for a missing one while a sandbox runs.
  const bool stand_in = there && facts.st_size == 0 && directory.above == nullptr && is_operators_file(name);
  const bool shown = there && !stand_in && std::ranges::find(left_out_, identity) == left_out_.end();
  const bool is_directory = shown && S_ISDIR(facts.st_mode);
  const bool is_file = shown && (S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode));
  if (!is_directory) forget_directory(directory, name);
  if (!is_file) forget_file(directory, name);
  if (is_file) return look_at_file(directory, fd, name, facts);
  if (!is_directory) return {};
  const bool known = directory.make_directory(name).identity == identity;
  if (all || !known) open_.push_back(path_in(directory, name));
  return {};
}

/// As read_tracked(); an operator's file at the top without its secrets.
Result<std::optional<FileRead>> TrackedFiles::read_file(const TrackedDirectory& directory, int fd, const std::string& name) const {
  const bool hide = hide_ && directory.above == nullptr && is_operators_file(name);
  auto read = read_tracked(fd, name, hide ? kMostInMemory : kMostInMemory - std::min(kept_, kMostInMemory));
  if (!hide || !read || !*read || (*read)->file.mode == kLinkMode) return read;
  if (!(*read)->bytes) return fail(Code::too_large, name + " of the workspace is larger than 32 MiB, too large for a version");
  auto hidden = hide_(*(*read)->bytes);
  if (!hidden) return fail(std::move(hidden.error()));
  (*read)->file.id = object_id("blob", *hidden);
  (*read)->size = hidden->size();
  (*read)->bytes = std::move(*hidden);
  return read;
}

Status TrackedFiles::look_at_file(TrackedDirectory& directory, int fd, const std::string& name, const struct stat& facts) {
  if (++files_ > kMostFiles) return fail(Code::too_large, "the workspace has more than 2000000 files, too large for a version");
  const TrackedFile* known = directory.file(name);
  if (facts.st_nlink > 1) shared_.insert(path_in(directory, name));
  else if (!shared_.empty()) shared_.erase(path_in(directory, name));
  const std::uint32_t mode = tracked_mode(facts);
  if (known != nullptr && known->certain && known->mode == mode && known->facts == FileFacts::of(facts)) return {};
  auto read = read_file(directory, fd, name);
  if (!read) return fail(std::move(read.error()));
  if (!*read) {
    forget_file(directory, name);
    return {};
  }
  if (known == nullptr || known->id != (*read)->file.id || known->mode != (*read)->file.mode) {
    Unstored& unstored = changed_[path_in(directory, name)];
    kept_ -= unstored.bytes ? unstored.bytes->size() : 0;
    unstored = {.size = (*read)->size, .bytes = std::move((*read)->bytes)};
    kept_ += unstored.bytes ? unstored.bytes->size() : 0;
  }
  directory.put(std::move((*read)->file));
  return {};
}

void TrackedFiles::forget_file(TrackedDirectory& directory, const std::string& name) {
  if (!directory.remove_file(name)) return;
  const std::string path = path_in(directory, name);
  shared_.erase(path);
  Unstored& unstored = changed_[path];
  kept_ -= unstored.bytes ? unstored.bytes->size() : 0;
  unstored = {};
}

void TrackedFiles::forget_directory(TrackedDirectory& directory, const std::string& name) {
  if (directory.directory(name) == nullptr) return;
  const std::string path = path_in(directory, name);
  directory.remove_directory(name);
  shared_.erase(shared_.lower_bound(path + "/"), shared_.lower_bound(path + "0"));  // "0" follows "/"
  const auto begin = changed_.lower_bound(path + "/"), end = changed_.lower_bound(path + "0");
  for (auto at = begin; at != end; ++at) kept_ -= at->second.bytes ? at->second.bytes->size() : 0;
  changed_.erase(begin, end);
  changed_[path];
}

Descriptor TrackedFiles::open_directory(const std::string& path) const {
  return open_beneath(root_.get(), path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, lookup_);
}

}  // namespace facio::serve
