#include "commands/serve/git/incoming_objects.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "commands/serve/git/repository.hpp"

namespace facio::serve {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> not_kept(const std::string& path) {
  return fail(Code::output, "a version cannot be written: " + path + ": " + system_reason(errno));
}

/// The names in a directory; those that make others usable (the index of a pack) come last.
std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator(); entry.increment(error))
    names.push_back(entry->path().filename());
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return !name.ends_with(".idx"); });
  return names;
}

bool is_temporary(const std::string& name) { return name.starts_with("tmp_"); }

/// All are on their way to the disk before the first is waited for.
Status sync_files(const std::vector<std::string>& paths) {
  std::vector<Descriptor> files;
  for (const std::string& path : paths) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return not_kept(path);
    (void)::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    files.push_back(std::move(file));
  }
  for (std::size_t i = 0; i < files.size(); ++i)
    if (::fsync(files[i].get()) != 0) return not_kept(paths[i]);
  return {};
}

}  // namespace

Result<IncomingObjects> IncomingObjects::make(const std::string& repository) {
  IncomingObjects made(repository, "incoming-" + random_hex(8));
  const std::string path = repository + "/" + made.name_;
  if (make_directory(path)) return made;
  const auto why = not_kept(path);
  made.name_.clear();
  return why;
}

IncomingObjects::IncomingObjects(IncomingObjects&& other) noexcept
    : repository_(std::move(other.repository_)), name_(std::exchange(other.name_, {})) {}

IncomingObjects::~IncomingObjects() {
  std::error_code ignored;
  if (!name_.empty()) fs::remove_all(repository_ + "/" + name_, ignored);
}

std::vector<std::string> IncomingObjects::environment() const {
  return {"GIT_OBJECT_DIRECTORY=" + repository_ + "/" + name_, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + quoted_path(repository_ + "/objects")};
}

Status IncomingObjects::keep() {
  const std::string from = repository_ + "/" + name_ + "/", to = repository_ + "/objects/";
  bool new_directories = false;
  for (const std::string& directory : names_in(from)) {
    if (directory.size() != 2 && directory != "pack") continue;
    std::vector<std::string> names = names_in(from + directory), paths;
    std::erase_if(names, is_temporary);
    if (names.empty()) continue;
    for (const std::string& name : names) paths.push_back(from + directory + "/" + name);
    if (auto synced = sync_files(paths); !synced) return synced;
    const std::string target = to + directory;
    if (make_directory(target)) new_directories = true;
    else if (errno != EEXIST) return not_kept(target);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (std::rename(paths[i].c_str(), (target + "/" + names[i]).c_str()) != 0) return not_kept(target + "/" + names[i]);
    if (!sync_directory(target)) return not_kept(target);
  }
  if (new_directories && !sync_directory(to)) return not_kept(to);
  return {};
}

}  // namespace facio::serve
