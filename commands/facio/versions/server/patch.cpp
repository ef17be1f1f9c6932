// Making and previewing unified diffs of workspace files.
#include <algorithm>
#include <map>
#include <set>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio {
namespace {

using serve::GitCall;
using serve::GitRepository;
using serve::IncomingObjects;

constexpr std::size_t kMostPatched = 4U << 20U;  // largest file that a diff may touch

/// A temporary index file. It and its objects are gone with `objects`: the repository keeps nothing of a preview.
class ScratchIndex {
 public:
  ScratchIndex(const GitRepository& repository, const IncomingObjects& objects)
      : repository_(repository), objects_(objects), name_(objects.name() + "/scratch-" + random_hex(8)) {}

  Status add(const std::string& path, const std::string& bytes) const {
    auto id = repository_.plumb({"hash-object", "-w", "--no-filters", "--stdin"}, bytes, {}, &objects_);
    if (!id) return fail(std::move(id.error()));
    return repository_.plumb({"update-index", "-z", "--index-info"}, "100644 " + *id + "\t" + path + '\0', name_, &objects_)
        .map([](auto&&) {});
  }
  Result<std::string> tree() const { return repository_.plumb({"write-tree"}, {}, name_, &objects_); }
  /// Paths with ids of all files. Code::rejected when one is not a plain file.
  Result<std::map<std::string, std::string>> entries() const {
    auto out = repository_.plumb({"ls-files", "--stage", "-z"}, {}, name_, &objects_);
    if (!out) return fail(std::move(out.error()));
    std::map<std::string, std::string> all;
    for (const std::string_view line : split_terminated(*out, '\0')) {  // "100644 <id> 0\t<path>"
      const auto tab = line.find('\t');
      if (tab == std::string_view::npos || !line.starts_with("100644 "))
        return fail(Code::rejected, "the diff changes the type or the mode of " + std::string(line.substr(std::min(tab, line.size()))) +
                                        "; only the text of plain files can be changed");
      all.emplace(line.substr(tab + 1), line.substr(7, line.find(' ', 7) - 7));
    }
    return all;
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const GitRepository& repository_;
  const IncomingObjects& objects_;
  std::string name_;
};

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  for (const std::string_view prefix : {"error: ", "fatal: "})
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return text;
}

/// The old and new paths that a diff names.
Result<std::set<std::string>> paths_of(const GitRepository& repository, const std::string& diff) {
  std::set<std::string> paths;
  for (const bool reverse : {false, true}) {
    GitCall call = repository.call({"apply", "--numstat", "-z"});
    if (reverse) call.arguments.emplace_back("--reverse");
    call.input = diff;
    auto answer = repository.git().run(std::move(call));
    if (!answer) return fail(std::move(answer.error()));
    if (answer->exit != 0) return fail(Code::rejected, "this diff cannot be applied: " + first_line(answer->err));
    for (const std::string_view line : split_terminated(answer->out, '\0'))  // "added<TAB>removed<TAB>path"
      paths.emplace(line.substr(line.rfind('\t') + 1));
  }
  return paths;
}

}  // namespace

Result<std::string> VersionsService::make_diff(const std::vector<FileChange>& changes) {
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  const auto objects = IncomingObjects::make(repository_.directory());
  if (!objects) return fail(objects.error());
  const ScratchIndex old_files(repository_, *objects), new_files(repository_, *objects);
  for (const FileChange& change : changes) {
    if (change.before)
      if (auto status = old_files.add(change.path, *change.before); !status) return fail(std::move(status.error()));
    if (change.after)
      if (auto status = new_files.add(change.path, *change.after); !status) return fail(std::move(status.error()));
  }
  auto before = old_files.tree();
  if (!before) return before;
  auto after = new_files.tree();
  if (!after) return after;
  return repository_.git().output(repository_.call({"diff-tree", "-r", "-p", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color",
                                                    "--src-prefix=a/", "--dst-prefix=b/", *before, *after},
                                                   {}, &*objects));
}

Result<std::vector<FileChange>> VersionsService::preview(const std::string& diff, PatchMode mode) {
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  auto paths = paths_of(repository_, diff);
  if (!paths) return fail(std::move(paths.error()));
  const auto objects = IncomingObjects::make(repository_.directory());
  if (!objects) return fail(objects.error());
  const ScratchIndex index(repository_, *objects);
  std::map<std::string, std::string> before;
  for (const std::string& path : *paths) {
    if (auto status = WorkspaceFiles::check_path(path); !status) return fail(Code::rejected, status.error().message());
    auto bytes = context_.files.read(path, kMostPatched);
    if (!bytes && bytes.error().code() == Code::not_found) continue;
    if (!bytes) return fail(Code::conflict, bytes.error().message());
    if (auto status = index.add(path, *bytes); !status) return fail(std::move(status.error()));
    before.emplace(path, std::move(*bytes));
  }
  GitCall apply = repository_.call({"apply", "--cached", "--whitespace=nowarn"}, index.name(), &*objects);
  if (mode == PatchMode::reverse) apply.arguments.emplace_back("--reverse");
  apply.input = diff;
  auto answer = repository_.git().run(std::move(apply));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->exit != 0) return fail(Code::conflict, "the diff no longer applies: " + first_line(answer->err));
  auto entries = index.entries();
  if (!entries) return fail(std::move(entries.error()));
  std::vector<FileChange> changes;
  for (const std::string& path : *paths) {
    FileChange change{.path = path};
    if (const auto old = before.find(path); old != before.end()) change.before = old->second;
    if (const auto now = entries->find(path); now != entries->end()) {
      auto bytes = repository_.read_blob(now->second, &*objects);
      if (!bytes) return fail(std::move(bytes.error()));
      change.after = std::move(*bytes);
    }
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace facio
