#include "commands/facio/versions/server/tracked_directory.hpp"

#include <algorithm>

namespace facio::serve {
namespace {

/// A file or a directory, where only one of them is set.
struct Line {
  std::string_view name;
  const TrackedFile* file = nullptr;
  TrackedDirectory* directory = nullptr;
};

/// Git's order: a directory's name counts as ending in "/".
bool is_before(const Line& a, const Line& b) {
  const std::size_t both = std::min(a.name.size(), b.name.size());
  if (const int order = a.name.substr(0, both).compare(b.name.substr(0, both)); order != 0) return order < 0;
  const auto next = [both](const Line& line) {
    if (line.name.size() > both) return static_cast<unsigned char>(line.name[both]);
    return static_cast<unsigned char>(line.directory != nullptr ? '/' : '\0');
  };
  return next(a) < next(b);
}

std::vector<Line> lines_of(const TrackedDirectory& directory) {
  std::vector<Line> lines;
  lines.reserve(directory.files.size() + directory.directories.size());
  for (const TrackedFile& file : directory.files) lines.push_back({.name = file.name, .file = &file});
  for (const auto& below : directory.directories) lines.push_back({.name = below->name, .directory = below.get()});
  std::ranges::sort(lines, is_before);
  return lines;
}

std::string_view name_of(const TrackedFile& file) { return file.name; }
std::string_view name_of(const std::unique_ptr<TrackedDirectory>& directory) { return directory->name; }

template <class All>
auto place_of(All& all, std::string_view name) {
  return std::ranges::lower_bound(all, name, {}, [](const auto& one) { return name_of(one); });
}

template <class All>
auto find_in(All& all, std::string_view name) {
  const auto place = place_of(all, name);
  return place != all.end() && name_of(*place) == name ? place : all.end();
}

}  // namespace

TrackedDirectory::TrackedDirectory(std::string its_name, TrackedDirectory* its_parent, DirectoryWatch& its_watch)
    : name(std::move(its_name)), above(its_parent), watch_(its_watch) {
  watch_.count(1);
}

TrackedDirectory::~TrackedDirectory() {
  watch_.drop(watch, *this);
  watch_.count(-1);
}

std::string TrackedDirectory::path() const {
  std::string whole;
  for (const TrackedDirectory* at = this; at->above != nullptr; at = at->above) whole.insert(0, at == this ? at->name : at->name + "/");
  return whole;
}

TrackedFile* TrackedDirectory::file(std::string_view wanted) {
  const auto found = find_in(files, wanted);
  return found == files.end() ? nullptr : &*found;
}

TrackedDirectory* TrackedDirectory::directory(std::string_view wanted) {
  const auto found = find_in(directories, wanted);
  return found == directories.end() ? nullptr : found->get();
}

void TrackedDirectory::put(TrackedFile one) {
  const auto place = place_of(files, one.name);
  const bool known = place != files.end() && place->name == one.name;
  if (!known || place->id != one.id || place->mode != one.mode) forget_tree();
  if (known) *place = std::move(one);
  else files.insert(place, std::move(one));
}

TrackedDirectory& TrackedDirectory::make_directory(std::string_view wanted) {
  const auto place = place_of(directories, wanted);
  if (place != directories.end() && (*place)->name == wanted) return **place;
  forget_tree();
  return **directories.insert(place, std::make_unique<TrackedDirectory>(std::string(wanted), this, watch_));
}

bool TrackedDirectory::remove_file(std::string_view wanted) {
  const auto found = find_in(files, wanted);
  if (found == files.end()) return false;
  files.erase(found);
  forget_tree();
  return true;
}

void TrackedDirectory::remove_directory(std::string_view wanted) {
  const auto found = find_in(directories, wanted);
  if (found == directories.end()) return;
  directories.erase(found);
  forget_tree();
}

void TrackedDirectory::forget_tree() {
  for (TrackedDirectory* at = this; at != nullptr && at->tree_known_; at = at->above) at->tree_known_ = false;
}

const std::optional<ObjectId>& TrackedDirectory::tree() {
  if (tree_known_) return tree_;
  std::string content;
  for (const Line& line : lines_of(*this)) {
    if (line.file != nullptr) append_tree_line(content, line.file->mode, line.name, line.file->id);
    else if (const auto& below = line.directory->tree()) append_tree_line(content, kDirectoryMode, line.name, *below);
  }
  tree_ = content.empty() ? std::nullopt : std::optional(object_id("tree", content));
  tree_known_ = true;
  return tree_;
}

void TrackedDirectory::each(const std::string& prefix,
                            const std::function<void(const std::string& path, const TrackedFile& file)>& use) const {
  for (const Line& line : lines_of(*this)) {
    const std::string whole = (prefix.empty() ? prefix : prefix + "/") + std::string(line.name);
    if (line.file != nullptr) use(whole, *line.file);
    else line.directory->each(whole, use);
  }
}

}  // namespace facio::serve
