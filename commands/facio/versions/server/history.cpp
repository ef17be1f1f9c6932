#include "commands/facio/versions/server/history.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "cli/core/time.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kActor = "Actor: ";
constexpr std::string_view kReason = "Reason: ";
constexpr std::string_view kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
constexpr std::size_t kMostDiff = 8U << 20U;
constexpr std::size_t kFilesInList = 100;
constexpr std::size_t kFilesOfOne = 10'000;
// A reply is at most 10 MiB.
constexpr std::size_t kMostNames = 4U << 20U;

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    if (!blank) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string_view without_end(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) all.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

struct Names {
  std::vector<std::string> some;
  std::size_t bytes = 0, count = 0;
};

/// The output of diff-tree --stdin -z: each id followed by the names that its commit changed. No name is an id: all have a directory.
std::map<std::string, Names, std::less<>> names_by_commit(std::string_view text, std::size_t most) {
  std::map<std::string, Names, std::less<>> all;
  Names* current = nullptr;
  while (!text.empty()) {
    const auto end = std::min(text.find('\0'), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.find('/') == std::string_view::npos && word.size() == 40) {
      current = &all[std::string(word)];
    } else if (current != nullptr) {
      ++current->count;
      current->bytes += word.size() + 4;
      if (current->some.size() < most && current->bytes < kMostNames) current->some.emplace_back(word);
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

Result<std::vector<AgentVersion>> VersionHistory::read(const std::vector<std::string>& ids, std::size_t most_files) const {
  auto commits = repository_.commits(ids);
  if (!commits) return fail(std::move(commits.error()));
  std::string input;
  for (const std::string& id : ids) input += id + "\n";
  auto changed = repository_.plumb({"diff-tree", "--stdin", "-r", "--root", "--name-only", "--no-renames", "-z"}, std::move(input));
  if (!changed) return fail(std::move(changed.error()));
  auto names = names_by_commit(*changed, most_files);
  std::vector<AgentVersion> all;
  for (GitCommit& commit : *commits) {
    VersionMessage said = parse_message(commit.message, commit.author);
    Names& files = names[commit.id];
    AgentVersion version{.sha = std::move(commit.id),
                         .message = std::move(said.message),
                         .timestamp = format_rfc3339(commit.seconds * 1000, false),
                         .actor = std::move(said.actor),
                         .reason = std::move(said.reason)};
    if (files.some.size() < files.count) version.file_count = static_cast<std::int64_t>(files.count);
    version.files = std::move(files.some);
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
  return read(lines_of(*ids), kFilesInList);
}

Result<std::string> VersionHistory::resolve(std::string_view digits) const {
  std::string wanted(digits);
  std::ranges::transform(wanted, wanted.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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
  auto versions = read({id}, kFilesOfOne);
  if (!versions) return fail(std::move(versions.error()));
  return std::move(versions->front());
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
    answer->out += "... the rest is left out: the changes are larger than 8 MiB; ask for the path of one file\n";
  } else if (answer->exit != 0) {
    return fail(Code::internal, "the changes of version " + id + " cannot be read: " + answer->err.substr(0, 300));
  }
  return std::move(answer->out);
}

}  // namespace facio::serve
