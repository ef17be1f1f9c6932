#include "commands/facio/versions/server/history.hpp"

#include <cctype>
#include <map>

#include "cli/core/diff_form.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kActor = "Actor: ";
constexpr std::string_view kReason = "Reason: ";
constexpr std::string_view kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
constexpr std::size_t kMostDiff = 8U << 20U;
constexpr std::size_t kFilesInList = 100;
constexpr std::size_t kFilesOfOne = 10'000;
constexpr std::size_t kMostNames = 4U << 20U;  // bytes of one version; a reply is at most 10 MiB

/// With every run of blanks and control characters as one blank, and none at the ends.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    if (!blank) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  return std::string(trimmed(line));
}

std::string_view without_end(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

struct ChangedFiles {
  std::vector<std::string> names;
  std::size_t bytes = 0, count = 0;
};

/// Reads the output of diff-tree --stdin -z: each id followed by the files that its commit changed, which all lie in a directory. Keeps at
/// most `most` names of each.
std::map<std::string, ChangedFiles, std::less<>> files_by_commit(std::string_view text, std::size_t most) {
  std::map<std::string, ChangedFiles, std::less<>> all;
  ChangedFiles* current = nullptr;
  for (const std::string_view word : split_terminated(text, '\0')) {
    if (word.find('/') == std::string_view::npos && word.size() == 40) {
      current = &all[std::string(word)];
    } else if (current != nullptr) {
      ++current->count;
      current->bytes += word.size() + 4;
      if (current->names.size() < most && current->bytes < kMostNames) current->names.emplace_back(word);
    }
  }
  return all;
}

}  // namespace

std::string compose_message(const VersionMessage& parts) {
  return one_line(parts.message) + "\n\n" + std::string(kActor) + one_line(parts.actor) + "\n" + std::string(kReason) +
         one_line(parts.reason) + "\n";
}

VersionMessage parse_message(std::string_view text, std::string_view author) {
  text = without_end(text);
  const auto gap = text.rfind("\n\n");
  const std::string_view trailers = gap == std::string_view::npos ? std::string_view{} : text.substr(gap + 2);
  const auto second = trailers.find('\n');
  if (!trailers.starts_with(kActor) || second == std::string_view::npos || !trailers.substr(second + 1).starts_with(without_end(kReason)))
    return {.message = std::string(text), .actor = std::string(author), .reason = {}};
  std::string_view reason = trailers.substr(second + 1 + without_end(kReason).size());
  if (reason.starts_with(' ')) reason.remove_prefix(1);
  return {.message = std::string(without_end(text.substr(0, gap))),
          .actor = std::string(trailers.substr(kActor.size(), second - kActor.size())),
          .reason = std::string(reason)};
}

VersionHistory::VersionHistory(const GitRepository& repository, std::string_view agent)
    : repository_(repository), ref_("refs/heads/" + std::string(agent)) {}

Result<std::vector<AgentVersion>> VersionHistory::read(std::vector<GitCommit> commits, std::size_t most_files) const {
  std::string input;
  for (const GitCommit& commit : commits) input += commit.id + "\n";
  auto changed = repository_.plumb({"diff-tree", "--stdin", "-r", "--root", "--name-only", "--no-renames", "-z"}, std::move(input));
  if (!changed) return fail(std::move(changed.error()));
  auto files_of = files_by_commit(*changed, most_files);
  std::vector<AgentVersion> all;
  for (GitCommit& commit : commits) {
    VersionMessage parts = parse_message(commit.message, commit.author);
    ChangedFiles& files = files_of[commit.id];
    AgentVersion version{.sha = std::move(commit.id),
                         .message = std::move(parts.message),
                         .timestamp = format_rfc3339(commit.seconds * 1000, false),
                         .actor = std::move(parts.actor),
                         .reason = std::move(parts.reason)};
    if (files.names.size() < files.count) version.file_count = static_cast<std::int64_t>(files.count);
    version.files = std::move(files.names);
    all.push_back(std::move(version));
  }
  return all;
}

Result<std::vector<AgentVersion>> VersionHistory::list(std::int64_t limit) const {
  auto newest = repository_.find(ref_);
  if (!newest) return fail(std::move(newest.error()));
  if (newest->empty()) return std::vector<AgentVersion>{};
  auto ids = repository_.plumb({"rev-list", "--first-parent", "--max-count=" + std::to_string(limit), *newest});
  if (!ids) return fail(std::move(ids.error()));
  const std::vector<std::string_view> lines = split_terminated(*ids);
  auto commits = repository_.commits({lines.begin(), lines.end()});
  if (!commits) return fail(std::move(commits.error()));
  return read(std::move(*commits), kFilesInList);
}

Result<std::string> VersionHistory::resolve(std::string_view digits) const {
  const std::string wanted = lower(digits);
  auto newest = repository_.find(ref_);
  if (!newest) return newest;
  std::string listed;
  if (!newest->empty()) {
    auto all = repository_.plumb({"rev-list", *newest});
    if (!all) return all;
    listed = "\n" + *all;
  }
  std::string found;
  for (auto at = listed.find("\n" + wanted); at != std::string::npos; at = listed.find("\n" + wanted, at + 1)) {
    if (!found.empty())
      return fail(Code::conflict, "several versions begin with " + wanted + "; give more digits", "facioctl versions list --fields sha");
    found = listed.substr(at + 1, listed.find('\n', at + 1) - at - 1);
  }
  if (found.empty()) return fail(Code::not_found, "there is no version \"" + wanted + "\"", "facioctl versions list");
  return found;
}

Result<AgentVersion> VersionHistory::get(const std::string& id) const {
  return repository_.commits({id}).and_then([&](std::vector<GitCommit> commits) { return get(std::move(commits.front())); });
}

Result<AgentVersion> VersionHistory::get(GitCommit commit) const {
  return read({std::move(commit)}, kFilesOfOne).map([](std::vector<AgentVersion> versions) { return std::move(versions.front()); });
}

Result<std::string> VersionHistory::diff(const std::string& id, std::string_view path) const {
  auto commits = repository_.commits({id});
  if (!commits) return fail(std::move(commits.error()));
  const std::string before = commits->front().parent.empty() ? std::string(kEmptyTree) : commits->front().parent;
  GitCall call = repository_.call({"diff-tree", "-r", "-p", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index",
                                   "--src-prefix=a/", "--dst-prefix=b/", before, id, "--"});
  if (!path.empty()) call.arguments.emplace_back(path);
  call.most_output = kMostDiff;
  call.cut_output = true;
  auto answer = repository_.git().run(std::move(call));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->cut) {
    answer->out.resize(answer->out.rfind('\n') + 1);
    answer->out += "... the rest is omitted: the changes are larger than 8 MiB; request a single file by its path\n";
  } else if (answer->exit != 0) {
    return fail(Code::internal, "the changes of version " + id + " cannot be read: " + answer->err.substr(0, 300));
  }
  if (answer->out.empty() && !path.empty())
    if (auto status = check_known(before, id, path); !status) return fail(std::move(status.error()));
  return with_plain_names(answer->out);
}

/// Code::not_found unless a file or directory of this path is in one of the trees: one that is, and has not changed, has an empty diff.
Status VersionHistory::check_known(const std::string& before, const std::string& after, std::string_view path) const {
  for (const std::string& tree : {after, before}) {
    auto found = repository_.plumb({"ls-tree", "-z", tree, "--", std::string(path)});
    if (!found) return fail(std::move(found.error()));
    if (!found->empty()) return {};
  }
  return fail_field(Code::not_found, "path",
                    "version " + after.substr(0, 12) + " has no \"" + printable(path) + "\"; its paths begin with workspace/ or state/");
}

}  // namespace facio::serve
