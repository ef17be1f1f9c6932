#include "commands/serve/files/tree.hpp"

#include <utility>

#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"

namespace facio::serve {
namespace {

using Entry = WorkspaceFiles::Entry;
using Kind = WorkspaceFiles::Kind;

constexpr std::size_t kTextPart = 64 * 1024;
constexpr std::size_t kReserve = 200;  // for what a directory may have to say of itself later: its children's brackets, its error
constexpr std::string_view kTooMuch = "not shown, because the reply would be larger than 10 MiB; request this directory alone";

void append_error(std::string& out, std::string_view error) {
  out += R"(,"error":)";
  append_json_string(out, error);
}

/// An entry without its children; open at the end. Written at once, so that its size is known exactly.
void append_head(std::string& out, const std::string& path, const Entry& entry) {
  out += R"({"path":)";
  append_json_string(out, path);
  out += R"(,"name":)";
  append_json_string(out, entry.name);
  out += entry.kind == Kind::directory ? R"(,"type":"dir")" : R"(,"type":"file")";
  if (entry.kind == Kind::file) {
    out += R"(,"size":)";
    write_json(out, entry.size);
    out += entry.executable ? R"(,"executable":true)" : R"(,"executable":false)";
  }
  out += R"(,"mtime":)";
  const std::int64_t mtime_ms = entry.mtime_ns / 1'000'000;
  write_json(out, static_cast<double>(mtime_ms) / 1000);
  if (entry.link) out += R"(,"link":true)";
  std::string error = entry.error;
  if (error.empty() && entry.kind == Kind::other) error = "not a regular file";
  if (error.empty() && !is_utf8(entry.name)) error = "the name is not UTF-8; rename it on the agent's machine";
  if (!error.empty()) append_error(out, error);
}

}  // namespace

Result<TreeText> TreeText::open(const WorkspaceFiles& files, std::string_view path, std::int64_t depth, std::size_t most) {
  auto itself = files.look(path);
  if (!itself) return fail(std::move(itself.error()));
  if (itself->kind != Kind::directory)
    return fail_field(Code::rejected, "path", std::string(path) + " is not a directory; name a directory, or read the file");
  const auto [parent, name] = facio::split_path(path);
  const std::string whole = parent.empty() ? name : parent + "/" + name;
  itself->name = name.empty() ? "." : name;
  TreeText tree(files, depth, most);
  append_head(tree.head_, whole.empty() ? "." : whole, *itself);
  tree.directories_.push_back({.path = whole});
  if (auto status = tree.read(0); !status) return fail(std::move(status.error()));
  tree.next_ = 1;
  return tree;
}

bool TreeText::next(std::string& out) {
  const std::size_t before = out.size();
  if (!head_.empty()) {
    out += std::exchange(head_, {});
    begin(out, 0);
  }
  while (!open_.empty() && out.size() - before < kTextPart) {
    auto& [index, at] = open_.back();
    const Directory& directory = directories_[index];
    if (at == directory.nodes.size()) {
      end(out);
      continue;
    }
    const std::size_t start = at == 0 ? 0 : directory.nodes[at - 1].end;
    const Node node = directory.nodes[at++];
    if (start != 0) out += ',';
    out.append(directory.heads, start, node.end - start);
    if (node.directory == 0) out += '}';
    else begin(out, node.directory);
  }
  return !open_.empty();
}

void TreeText::begin(std::string& out, std::size_t index) {
  read_up_to(index);
  if (directories_[index].opened) out += R"(,"children":[)";
  open_.push_back({.directory = index});
}

void TreeText::end(std::string& out) {
  Directory& directory = directories_[open_.back().directory];
  if (directory.opened) out += ']';
  if (!directory.error.empty()) append_error(out, directory.error);
  out += '}';
  directory = {};
  open_.pop_back();
}

/// Level by level, so that what is near the root is shown first.
void TreeText::read_up_to(std::size_t index) {
  for (; next_ <= index; ++next_) {
    if (directories_[next_].level >= depth_) continue;
    if (auto status = read(next_); !status) directories_[next_].error = status.error().message();
  }
}

Status TreeText::read(std::size_t index) {
  ++read_;
  auto listed = files_->list(directories_[index].path);
  if (!listed) return fail(std::move(listed.error()));
  Directory& directory = directories_[index];
  const std::string prefix = directory.path.empty() ? std::string() : directory.path + "/";
  std::size_t used = 0;
  for (const Entry& entry : *listed) {
    const bool goes_on = entry.kind == Kind::directory && !entry.link && entry.error.empty() && is_utf8(entry.name);
    const std::size_t start = directory.heads.size();
    append_head(directory.heads, prefix + entry.name, entry);
    const std::size_t cost = directory.heads.size() - start + 2 + (goes_on ? kReserve : 0);
    if (used + cost > left_) {
      directory.heads.resize(start);
      break;
    }
    used += cost;
    directory.nodes.push_back({.end = directory.heads.size(), .directory = goes_on ? 1U : 0U});
  }
  if (directory.nodes.size() < listed->size()) {
    leave_out(directory, listed->size());
    return {};
  }
  directory.opened = true;
  left_ -= used;
  add_below(index, *listed);
  return {};
}

/// Another directory may fit still; the one that was asked for is shown as far as it does.
void TreeText::leave_out(Directory& directory, std::size_t all) {
  const std::size_t shown = directory.nodes.size();
  if (&directory != &directories_.front()) {
    directory.nodes.clear();
    directory.heads.clear();
    directory.error = kTooMuch;
    return;
  }
  for (Node& node : directory.nodes) node.directory = 0;
  directory.opened = true;
  directory.error = "only the first " + std::to_string(shown) + " of " + std::to_string(all) +
                    " entries are shown, because the reply would be larger than 10 MiB; move some of them to other directories";
  left_ = 0;
}

void TreeText::add_below(std::size_t index, const std::vector<Entry>& entries) {
  Directory& directory = directories_[index];  // a deque: it stays where it is
  const std::string prefix = directory.path.empty() ? std::string() : directory.path + "/";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (directory.nodes[i].directory == 0) continue;
    directory.nodes[i].directory = directories_.size();
    directories_.push_back({.path = prefix + entries[i].name, .level = directory.level + 1});
  }
}

}  // namespace facio::serve
