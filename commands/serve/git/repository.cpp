#include "commands/serve/git/repository.hpp"

#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <utility>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

// Files are recorded byte for byte: no conversion of line ends, filters or keywords, whatever .gitattributes they bring.
constexpr std::string_view kAttributes = "* -text -eol -filter -ident -working-tree-encoding\n";

/// Removes files that a killed git or server had begun: only one server uses this repository, and it runs one change at a time.
void remove_leftovers(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::error_code ignored;
    if (name.ends_with(".lock") || name.starts_with("fast_import_crash_") || name.starts_with("tmp_") ||
        (name.starts_with("index-") && name.find('.') != std::string::npos))
      fs::remove(entry->path(), ignored);
  }
}

Status write_file(const std::string& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  return file && write_all(file.get(), text) ? Status{} : fail(Code::internal, "cannot write " + path);
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

Status GitRepository::open() {
  if (open_) return {};
  if (!make_directory(directory_) && errno != EEXIST) return fail(Code::internal, "cannot make " + directory_);
  for (const char* below : {"", "/refs/heads", "/objects/pack"}) remove_leftovers(directory_ + below);
  if (auto made = git_.output({.arguments = {"init", "--quiet", "--bare", "--template=", "--initial-branch=main", directory_}}); !made)
    return fail(std::move(made.error()));
  (void)make_directory(directory_ + "/info");
  if (auto status = write_file(directory_ + "/info/attributes", kAttributes); !status) return status;
  open_ = true;
  return {};
}

GitCall GitRepository::call(std::vector<std::string> arguments, std::string_view index) const {
  GitCall one;
  one.arguments = std::move(arguments);
  one.environment = {"GIT_DIR=" + directory_, "GIT_WORK_TREE=" + work_tree_};
  if (!index.empty()) one.environment.push_back("GIT_INDEX_FILE=" + directory_ + "/" + std::string(index));
  return one;
}

Result<std::string> GitRepository::plumb(std::vector<std::string> arguments, std::string input, std::string_view index) const {
  GitCall one = call(std::move(arguments), index);
  one.input = std::move(input);
  return git_.output(std::move(one)).map(without_line_feed);
}

Result<std::string> GitRepository::write_blob(std::string bytes) const {
  return plumb({"hash-object", "-w", "--no-filters", "--stdin"}, std::move(bytes));
}

Result<std::optional<std::string>> GitRepository::read_blob(const std::string& name) const {
  auto id = find(name);
  if (!id) return fail(std::move(id.error()));
  if (id->empty()) return std::optional<std::string>{};
  return git_.output(call({"cat-file", "blob", *id})).map([](std::string bytes) { return std::optional(std::move(bytes)); });
}

Result<std::string> GitRepository::find(const std::string& name) const {
  auto answer = git_.run(call({"rev-parse", "--verify", "--quiet", "--end-of-options", name}));
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
  const std::string data = "data " + std::to_string(made.message.size()) + "\n" + made.message + "\n";
  std::string head =
      "commit " + made.ref + "\nmark :1\ncommitter facioctl <facioctl@localhost> " + std::to_string(made.seconds) + " +0000\n" + data;
  if (!made.parent.empty()) head += "from " + made.parent + "\n" + (made.anew ? "deleteall\n" : "");
  GitCall one = call({"fast-import", "--quiet", "--done", "--depth=0", "--date-format=raw"});
  // The pack is a temporary file then, which need not be durable; the objects' files are.
  if (made.small) one.settings = {"fastimport.unpackLimit=1000000", "core.fsync=added,reference,-pack"};
  one.source = [blobs = std::move(made.blobs), rest = head + made.files + "get-mark :1\ndone\n"]() mutable -> Result<std::string> {
    if (blobs) {
      auto piece = blobs();
      if (!piece || !piece->empty()) return piece;
      blobs = {};
    }
    return std::exchange(rest, {});
  };
  auto answer = git_.run(std::move(one));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->exit != 0 &&
      (answer->err.find("Not updating") != std::string::npos || answer->err.find("cannot lock ref") != std::string::npos))
    return fail(Code::conflict, "the versions were changed by another program meanwhile; try again");
  if (answer->exit != 0) return fail(Code::internal, GitProgram::failure("fast-import", *answer));
  return without_line_feed(std::move(answer->out));
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
