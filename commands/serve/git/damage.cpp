#include "commands/serve/git/damage.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <set>
#include <unistd.h>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostOfRef = 4096;
constexpr std::size_t kReadSize = 1U << 20U;
constexpr std::string_view kMissing = " missing";

/// A trouble of this moment, such as no descriptor left, tells nothing about the repository.
tl::unexpected<Error> cannot_look(const std::string& path, int error) {
  return fail(Code::unavailable, "the versions cannot be checked now: " + path + ": " + system_reason(error));
}

/// Empty when there is none.
Result<std::string> text_of(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return std::string();
  std::string text;
  if (!file || !read_all(file.get(), text, kMostOfRef)) return cannot_look(path, errno);
  return text;
}

bool names_something(std::string_view ref) {
  if (ref.starts_with("ref: refs/")) return true;
  return ref.size() >= 40 && std::ranges::all_of(ref.substr(0, 40), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// The files that git itself would take for no repository, or leave out without a word.
Result<std::string> damaged_file(const std::string& directory) {
  std::error_code error;
  for (const char* below : {"/objects", "/refs"}) {
    const auto kind = fs::status(directory + below, error).type();
    if (kind == fs::file_type::none) return cannot_look(directory + below, error.value());
    if (kind != fs::file_type::directory) return std::string(below + 1) + " is missing";
  }
  auto head = text_of(directory + "/HEAD");
  if (!head) return head;
  if (!names_something(*head)) return "HEAD is empty or no ref";
  auto config = text_of(directory + "/config");
  if (!config) return config;
  if (config->find("[core]") == std::string::npos) return "config is empty or no configuration";
  error.clear();
  for (fs::recursive_directory_iterator at(directory + "/refs", error); !error && at != fs::recursive_directory_iterator();
       at.increment(error)) {
    std::error_code gone;
    const std::string path = at->path();
    if (!at->is_regular_file(gone) || path.ends_with(".lock")) continue;
    auto ref = text_of(path);
    if (!ref) return ref;
    if (!names_something(*ref)) return "the ref " + path.substr(directory.size() + 1) + " is empty or no ref";
  }
  if (error) return cannot_look(directory + "/refs", error.value());
  return std::string();
}

/// Every file of the repository can be read to its end by this process.
Status readable(const std::string& directory) {
  std::error_code error;
  std::string block;
  for (fs::recursive_directory_iterator at(directory, error); !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code gone;
    if (!at->is_regular_file(gone)) continue;
    const std::string path = at->path();
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!file && errno == ENOENT) continue;
    do {
      block.clear();
      if (!file || !read_all(file.get(), block, kReadSize)) return cannot_look(path, errno);
    } while (!block.empty());
  }
  if (error) return cannot_look(directory, error.value());
  return {};
}

/// Whether git failed for want of something that may be there in a moment. "not a git repository" is one of these, as all that makes a
/// directory one was found before.
bool is_of_the_moment(const GitAnswer& answer) {
  constexpr std::array kWords = {
      "Too many open files",     "Cannot allocate memory", "Out of memory",       "Resource temporarily unavailable",
      "No space left on device", "Input/output error",     "not a git repository"};
  return std::ranges::any_of(kWords, [&](const char* words) { return answer.err.find(words) != std::string::npos; });
}

std::string told(std::string_view what, const GitAnswer& answer) {
  const std::string& said = answer.err.empty() ? answer.out : answer.err;
  return std::string(what) + ": " + said.substr(0, std::min<std::size_t>(said.find('\n'), 200));
}

struct Finding {
  std::string damage;              ///< empty when the repository is whole
  std::vector<std::string> stray;  ///< broken objects that nothing leads to
};

/// Of a repository that is too large to be looked at nothing is known, and it is used.
Result<Finding> unless_too_large(Error error) {
  if (error.code() == Code::timeout || error.code() == Code::too_large) return Finding();
  return fail(std::move(error));
}

Result<Finding> look_at_objects(const GitRepository& repository) {
  GitCall each = repository.call({"cat-file", "--batch-all-objects", "--unordered", "--buffer", "--batch-check=%(objecttype)"});
  auto readable = repository.git().run(std::move(each));
  if (!readable) return unless_too_large(std::move(readable.error()));
  if (is_of_the_moment(*readable)) return fail(Code::unavailable, told("the versions cannot be checked now", *readable));
  std::set<std::string, std::less<>> broken;
  for (const std::string_view line : split_terminated(readable->out))
    if (line.ends_with(kMissing)) broken.emplace(line.substr(0, line.size() - kMissing.size()));
  const std::string unreadable = told("an object cannot be read", *readable);
  if (broken.empty()) return Finding{readable->exit != 0 || !readable->err.empty() ? unreadable : std::string(), {}};
  auto needed = repository.plumb({"rev-list", "--objects", "--all"});
  if (!needed) return unless_too_large(std::move(needed.error()));
  for (const std::string_view line : split_terminated(*needed))
    if (broken.contains(line.substr(0, line.find(' ')))) return Finding{unreadable, {}};
  return Finding{{}, {broken.begin(), broken.end()}};
}

Result<Finding> look(const GitRepository& repository) {
  auto file = damaged_file(repository.directory());
  if (!file) return fail(std::move(file.error()));
  if (!file->empty()) return Finding{std::move(*file), {}};
  // Without the contents of objects: a workspace may hold what git takes for a fault of a project.
  auto connected = repository.git().run(repository.call({"fsck", "--connectivity-only", "--no-dangling", "--no-progress", "--no-reflogs"}));
  if (!connected) return unless_too_large(std::move(connected.error()));
  if (is_of_the_moment(*connected)) return fail(Code::unavailable, told("the versions cannot be checked now", *connected));
  if (connected->exit != 0) return Finding{told("objects are missing or cannot be read", *connected), {}};
  return look_at_objects(repository);
}

}  // namespace

Result<std::string> damage_of(const GitRepository& repository) {
  auto found = look(repository);
  if (!found) return fail(std::move(found.error()));
  if (found->damage.empty() && found->stray.empty()) return std::string();
  // git tells of a file that it could not open for want of a descriptor, or that the disk did not give, as of a broken one. So only that is
  // believed which it says twice of files that can be read.
  if (auto status = readable(repository.directory()); !status) return fail(std::move(status.error()));
  found = look(repository);
  if (!found) return fail(std::move(found.error()));
  // Such as those of a version that was never acknowledged; but git would take them for stored.
  for (const std::string& id : found->stray)
    ::unlink((repository.directory() + "/objects/" + id.substr(0, 2) + "/" + id.substr(2)).c_str());
  return std::move(found->damage);
}

}  // namespace facio::serve
