#include "commands/serve/leftovers.hpp"

#include <algorithm>
#include <cctype>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

namespace fs = std::filesystem;

/// The list. Beside it: names below versions/ (is_leftover_of_git(), removed when the repository is opened), and unfinished names in the
/// workspace (WorkspaceFiles::is_unfinished()).
enum class Place : std::uint8_t { data, tls, runtime, tmp, beside_private_files };
struct LeftoverKind {
  Place place;
  std::string_view start;  ///< of the name; empty: of a private file's name
  std::size_t random;      ///< characters after it
  bool directory;
  std::string_view end = {};  ///< after these
};
constexpr LeftoverKind kLeftoverKinds[] = {
    {Place::beside_private_files, "", kDraftCharacters, false},  // secret keys and tokens
    {Place::tls, ".facioctl-", 32, false, ".tmp"},               // certificates, by FileWriter
    {Place::beside_private_files, ".facioctl-", 32, false, ".tmp"},
    {Place::data, "versions.new-", 16, true},  // a repository
    {Place::runtime, kTemporaryBelowRuntime, 6, true},
    {Place::tmp, kTemporaryBelowTmp, 6, true}  // the directories of --memory
};

/// Removes one of them that nobody is at work on.
void remove_free(const fs::path& path, bool directory) {
  struct stat found {};
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (directory ? O_DIRECTORY : 0)));
  if (!opened || ::fstat(opened.get(), &found) != 0 || found.st_uid != ::geteuid() || !lock_file(opened.get())) return;
  std::error_code ignored;
  if (directory) fs::remove_all(path, ignored);
  else if (S_ISREG(found.st_mode)) fs::remove(path, ignored);
}

void remove_from(const fs::path& place, std::string_view start, const LeftoverKind& kind) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(place, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.size() == start.size() + kind.random + kind.end.size() && name.starts_with(start) && name.ends_with(kind.end) &&
        std::ranges::all_of(name.substr(start.size(), kind.random), [](unsigned char c) { return std::isalnum(c) != 0; }))
      found.push_back(entry->path());
  }
  for (const fs::path& path : found) remove_free(path, kind.directory);
}

}  // namespace

void remove_leftovers(const LeftoverPlaces& places) {
  for (const LeftoverKind& kind : kLeftoverKinds) {
    switch (kind.place) {
      case Place::data:
        if (!places.data.empty()) remove_from(places.data, kind.start, kind);
        break;
      case Place::tls:
        if (!places.data.empty()) remove_from(places.data + "/tls", kind.start, kind);
        break;
      case Place::runtime:
        if (!places.runtime.empty()) remove_from(places.runtime, kind.start, kind);
        break;
      case Place::tmp: remove_from("/tmp", kind.start, kind); break;
      case Place::beside_private_files:
        for (const fs::path file : places.private_files)
          remove_from(file.has_parent_path() ? file.parent_path() : fs::path("."),
                      kind.start.empty() ? file.filename().string() + "." : std::string(kind.start), kind);
        break;
    }
  }
}

void remove_leftovers(const WorkspaceFiles& files) { files.remove_unfinished(); }

}  // namespace facio::serve
