#include "commands/serve/git/repository.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <utility>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/git/damage.hpp"

namespace facio::serve {
namespace {

// Files are recorded byte for byte: no conversion of line ends, filters or keywords, whatever .gitattributes they bring.
constexpr std::string_view kAttributes = "* -text -eol -filter -ident -working-tree-encoding\n";
// Where no ref is, and the commit of none.
constexpr std::string_view kNoRef = "refs/facioctl/none";
constexpr std::string_view kNoCommit = "0000000000000000000000000000000000000000";
// What follows a repository's name in the names of those that are being made, and of those that were set aside.
constexpr std::string_view kNew = ".new-", kDamaged = ".damaged-";

/// Removes what a killed git or server had begun: only one server uses this repository, and it runs one change at a time. (No ref that git
/// permits has such a name.)
void remove_leftovers(const std::string& repository) {
  namespace fs = std::filesystem;
  std::error_code error, ignored;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator entry(repository, error); !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    if (!is_leftover_of_git(entry->path().filename())) continue;
    found.push_back(entry->path());
    entry.disable_recursion_pending();
  }
  for (const fs::path& path : found) fs::remove_all(path, ignored);
}

bool exists(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

/// "20260131T070809Z"
std::string time_in_name() {
  std::string text = format_rfc3339(now_ms(), false);
  std::erase_if(text, [](char c) { return c == ':' || c == '-'; });
  return text;
}

/// The value after "name " at the start of a line of a commit's head.
std::string_view header(std::string_view head, std::string_view name) {
  for (const std::string_view line : split(head, '\n'))
    if (line.starts_with(name) && line.substr(name.size()).starts_with(' ')) return line.substr(name.size() + 1);
  return {};
}

std::string without_line_feed(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

GitCommit parse_commit(std::string id, std::string_view text) {
  GitCommit commit{.id = std::move(id)};
  const auto gap = text.find("\n\n");
  const std::string_view head = text.substr(0, gap);
  if (gap != std::string_view::npos) commit.message = std::string(text.substr(gap + 2));
  commit.tree = std::string(header(head, "tree"));
  commit.parent = std::string(header(head, "parent"));
  const std::string_view author = header(head, "author");
  const auto mail = author.find(" <");
  const auto time = author.rfind("> ");
  commit.author = std::string(author.substr(0, mail));
  if (time != std::string_view::npos) std::from_chars(author.data() + time + 2, author.data() + author.size(), commit.seconds);
  return commit;
}

}  // namespace

std::string quoted_path(std::string_view path) {
  std::string text = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') text += "\\n";
    else text += c;
  }
  return text + '"';
}

bool is_leftover_of_git(const std::string& name) {
  return name.ends_with(".lock") || name.starts_with("fast_import_crash_") || name.starts_with("tmp_") || IncomingObjects::is_name(name) ||
         name.starts_with("scratch-") || (name.starts_with("index-") && name.find('.') != std::string::npos);
}

Status GitRepository::open() {
  if (open_) return {};
  if (exists(directory_)) {
    remove_leftovers(directory_);
    auto damage = damage_of(*this);
    if (!damage) return fail(std::move(damage.error()));
    if (!damage->empty())
      if (auto status = set_aside(*damage); !status) return status;
  }
  if (!exists(directory_))
    if (auto status = create(); !status) return status;
  open_ = true;
  return {};
}

Status GitRepository::open_again() {
  open_ = false;
  return open();
}

Status GitRepository::set_aside(const std::string& why) {
  const std::string aside = directory_ + std::string(kDamaged) + time_in_name() + "-" + random_hex(2);
  if (std::rename(directory_.c_str(), aside.c_str()) != 0 || !sync_name(directory_))
    return fail(Code::output, "the repository " + directory_ + " is damaged and cannot be set aside: " + system_reason(errno));
  told_.push_back("a damaged repository was set aside as " + aside + ": " + why);
  return {};
}

/// Whole or not at all: it gets its name when everything in it is durable.
Status GitRepository::create() const {
  const std::string made = directory_ + std::string(kNew) + random_hex(8);
  const auto filled = [&]() -> Status {
    if (!make_directory(made)) return fail(Code::output, "cannot create " + made + ": " + system_reason(errno));
    if (auto done = git_.output({.arguments = {"init", "--quiet", "--bare", "--template=", "--initial-branch=main", made}}); !done)
      return fail(std::move(done.error()));
    if (!make_directory(made + "/info")) return fail(Code::output, "cannot create " + made + "/info: " + system_reason(errno));
    if (auto status = replace_file(made + "/info/attributes", kAttributes); !status) return status;
    if (auto status = sync_tree(made); !status) return status;
    if (std::rename(made.c_str(), directory_.c_str()) == 0 && sync_name(directory_)) return {};
    return fail(Code::output, "cannot create " + directory_ + ": " + system_reason(errno));
  };
  Status status = filled();
  std::error_code ignored;
  if (!status) std::filesystem::remove_all(made, ignored);
  return status;
}

std::vector<std::string> GitRepository::damaged_ones(const std::string& directory) {
  namespace fs = std::filesystem;
  const fs::path place(directory);
  const std::string start = place.filename().string() + std::string(kDamaged);
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(place.parent_path(), error); !error && entry != fs::directory_iterator(); entry.increment(error))
    if (entry->path().filename().string().starts_with(start)) found.push_back(entry->path());
  std::ranges::sort(found);
  return found;
}

GitCall GitRepository::call(std::vector<std::string> arguments, std::string_view index, const IncomingObjects* objects) const {
  GitCall one;
  one.arguments = std::move(arguments);
  one.environment = {"GIT_DIR=" + directory_, "GIT_WORK_TREE=" + work_tree_};
  if (!index.empty()) one.environment.push_back("GIT_INDEX_FILE=" + directory_ + "/" + std::string(index));
  if (objects != nullptr)
    for (std::string& variable : objects->environment()) one.environment.push_back(std::move(variable));
  return one;
}

Result<std::string> GitRepository::plumb(std::vector<std::string> arguments, std::string input, std::string_view index,
                                         const IncomingObjects* objects) const {
  GitCall one = call(std::move(arguments), index, objects);
  one.input = std::move(input);
  return git_.output(std::move(one)).map(without_line_feed);
}

Result<std::optional<std::string>> GitRepository::read_blob(const std::string& name, const IncomingObjects* objects) const {
  auto id = find(name, objects);
  if (!id) return fail(std::move(id.error()));
  if (id->empty()) return std::optional<std::string>{};
  return git_.output(call({"cat-file", "blob", *id}, {}, objects)).map([](std::string bytes) { return std::optional(std::move(bytes)); });
}

Result<std::string> GitRepository::find(const std::string& name, const IncomingObjects* objects) const {
  auto answer = git_.run(call({"rev-parse", "--verify", "--quiet", "--end-of-options", name}, {}, objects));
  if (!answer) return fail(std::move(answer.error()));
  return answer->exit != 0 ? std::string{} : without_line_feed(std::move(answer->out));
}

Result<GitRepository::Tip> GitRepository::tip(const std::string& ref) const {
  auto out = plumb({"cat-file", "--batch-check=%(objectname)"}, ref + "\n" + ref + "^{tree}\n");
  if (!out) return fail(std::move(out.error()));
  const auto lines = split_terminated(*out);
  if (lines.size() != 2) return fail(Code::internal, "git cat-file does not tell where " + ref + " is");
  if (lines.front().find(' ') != std::string_view::npos) return Tip{};  // "refs/heads/main missing"
  return Tip{std::string(lines.front()), std::string(lines.back())};
}

Result<std::string> GitRepository::commit(NewCommit made) const {
  auto objects = IncomingObjects::make(directory_);
  if (!objects) return fail(std::move(objects.error()));
  const std::string data = "data " + std::to_string(made.message.size()) + "\n" + made.message + "\n";
  std::string head = "commit " + std::string(kNoRef) + "\nmark :1\ncommitter facioctl <facioctl@localhost> " +
                     std::to_string(made.seconds) + " +0000\n" + data;
  if (!made.parent.empty()) head += "from " + made.parent + "\n" + (made.anew ? "deleteall\n" : "");
  GitCall one = call({"fast-import", "--quiet", "--done", "--depth=0", "--date-format=raw"}, {}, &*objects);
  if (made.small) one.settings = {"fastimport.unpackLimit=1000000"};
  // The ref is moved later, when the objects are durable: here its name is taken back.
  const std::string tail = "get-mark :1\nreset " + std::string(kNoRef) + "\nfrom " + std::string(kNoCommit) + "\ndone\n";
  one.source = [blobs = std::move(made.blobs), rest = head + made.files + tail]() mutable -> Result<std::string> {
    if (blobs) {
      auto piece = blobs();
      if (!piece || !piece->empty()) return piece;
      blobs = {};
    }
    return std::exchange(rest, {});
  };
  auto id = git_.output(std::move(one)).map(without_line_feed);
  if (!id) return id;
  if (auto kept = objects->keep(); !kept) return fail(std::move(kept.error()));
  if (auto moved = move_ref(made.ref, made.parent, *id); !moved) return fail(std::move(moved.error()));
  return id;
}

/// Git syncs the ref's file, but not the directories that name it.
Status GitRepository::move_ref(const std::string& ref, const std::string& from, const std::string& to) const {
  for (bool again = false;; again = true) {
    auto answer = git_.run(call({"update-ref", ref, to, from.empty() ? std::string(kNoCommit) : from}));
    if (!answer) return fail(std::move(answer.error()));
    if (answer->exit == 0) break;
    remove_leftovers(directory_);  // git leaves its lock where it could not remove it; nobody else is at work here
    const auto now = find(ref);
    if (!now) return fail(now.error());
    if (*now == to) break;
    if (*now != from) return fail(Code::conflict, "the versions were changed by another program in the meantime; try again");
    if (again) return fail(Code::internal, GitProgram::failure("update-ref", *answer));
  }
  for (std::string path = directory_ + "/" + ref; path.size() > directory_.size() + std::string_view("/refs").size();) {
    if (!sync_name(path)) return fail(Code::output, "a version cannot be written: " + path + ": " + system_reason(errno));
    path.resize(path.rfind('/'));
  }
  return {};
}

Result<std::vector<GitCommit>> GitRepository::commits(const std::vector<std::string>& ids) const {
  std::vector<GitCommit> all;
  if (ids.empty()) return all;
  GitCall one = call({"cat-file", "--batch"});
  for (const std::string& id : ids) one.input += id + '\n';
  auto out = git_.output(std::move(one));
  if (!out) return fail(std::move(out.error()));
  std::string_view rest = *out;
  for (const std::string& id : ids) {
    const auto line = rest.substr(0, rest.find('\n'));
    std::size_t size = 0;
    const auto blank = line.rfind(' ');
    if (!line.starts_with(id + " commit ") || blank == std::string_view::npos ||
        std::from_chars(line.data() + blank + 1, line.data() + line.size(), size).ec != std::errc{} ||
        line.size() + 1 + size + 1 > rest.size())
      return fail(Code::internal, "version " + id + " cannot be read");
    all.push_back(parse_commit(id, rest.substr(line.size() + 1, size)));
    rest.remove_prefix(line.size() + 1 + size + 1);
  }
  return all;
}

}  // namespace facio::serve
