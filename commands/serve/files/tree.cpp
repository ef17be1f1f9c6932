#include "commands/serve/files/tree.hpp"

#include <deque>
#include <vector>

#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/files/workspace_impl.hpp"

namespace facio::serve {
namespace {

using Entry = WorkspaceFiles::Entry;
using Kind = WorkspaceFiles::Kind;

constexpr std::size_t kReserve = 200;  // for what a directory may have to say of itself later: its children's brackets, its error
constexpr std::string_view kTooMuch = "not shown, because the answer would be larger than 10 MiB; ask for this directory alone";

/// One entry with everything but its children; open at the end. Written at once, so that its size is known exactly.
struct Node {
  std::string head;
  std::size_t directory = 0;  ///< where its own directory stands; 0: none
};

/// A directory that is shown.
struct Directory {
  std::string path;
  std::vector<Node> nodes;
  bool opened = false;
  std::string error;
};

std::string head_of(const std::string& path, const Entry& entry) {
  std::string out = R"({"path":)";
  append_json_string(out, path);
  out += R"(,"name":)";
  append_json_string(out, entry.name);
  out += entry.kind == Kind::directory ? R"(,"type":"dir")" : R"(,"type":"file")";
  if (entry.kind == Kind::file) {
    out += R"(,"size":)";
    write_json(out, entry.size);
  }
  out += R"(,"mtime":)";
  const std::int64_t mtime_ms = entry.mtime_ns / 1'000'000;
  write_json(out, static_cast<double>(mtime_ms) / 1000);
  if (entry.link) out += R"(,"link":true)";
  std::string error = entry.error;
  if (error.empty() && entry.kind == Kind::other) error = "not a regular file";
  if (error.empty() && !is_utf8(entry.name)) error = "the name is not UTF-8; rename it on the agent's machine";
  if (!error.empty()) {
    out += R"(,"error":)";
    append_json_string(out, error);
  }
  return out;
}

class Tree {
 public:
  Tree(const WorkspaceFiles& files, std::size_t most) : files_(files), left_(most) {}

  /// Level by level, so that what is near the root is shown first.
  Status grow(const std::string& path, std::int64_t depth) {
    directories_.push_back({.path = path});
    if (auto status = open(0); !status) return status;
    std::size_t begin = 1;
    for (std::int64_t level = 1; level < depth; ++level) {
      const std::size_t end = directories_.size();
      for (; begin < end; ++begin)
        if (auto status = open(begin); !status) directories_[begin].error = status.error().message();
    }
    return {};
  }

  void write(std::string& out, std::size_t index) const {
    const Directory& directory = directories_[index];
    if (directory.opened) {
      out += R"(,"children":[)";
      for (const Node& node : directory.nodes) {
        if (&node != &directory.nodes.front()) out += ',';
        out += node.head;
        if (node.directory != 0) write(out, node.directory);
        out += '}';
      }
      out += ']';
    }
    if (directory.error.empty()) return;
    out += R"(,"error":)";
    append_json_string(out, directory.error);
  }

 private:
  Status open(std::size_t index) {
    auto listed = files_.list(directories_[index].path);
    if (!listed) return fail(std::move(listed.error()));
    Directory& directory = directories_[index];
    const std::string prefix = directory.path.empty() ? std::string() : directory.path + "/";
    std::size_t used = 0;
    std::size_t shown = 0;
    for (const Entry& entry : *listed) {
      const bool goes_on = entry.kind == Kind::directory && !entry.link && entry.error.empty() && is_utf8(entry.name);
      std::string head = head_of(prefix + entry.name, entry);
      const std::size_t cost = head.size() + 2 + (goes_on ? kReserve : 0);
      if (used + cost > left_) break;
      used += cost;
      ++shown;
      directory.nodes.push_back({std::move(head), goes_on ? 1U : 0U});
    }
    if (shown < listed->size()) return leave_out(directory, shown, listed->size());
    directory.opened = true;
    left_ -= used;
    add_below(directory, prefix, *listed);
    return {};
  }

  /// Another directory may fit still; the one that was asked for is shown as far as it does.
  Status leave_out(Directory& directory, std::size_t shown, std::size_t all) {
    if (&directory != &directories_.front()) {
      directory.nodes.clear();
      directory.error = kTooMuch;
      return {};
    }
    for (Node& node : directory.nodes) node.directory = 0;
    directory.opened = true;
    directory.error = "only the first " + std::to_string(shown) + " of " + std::to_string(all) +
                      " entries are shown, because the answer would be larger than 10 MiB; move some of them to directories of their own";
    left_ = 0;
    return {};
  }

  void add_below(Directory& directory, const std::string& prefix, const std::vector<Entry>& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (directory.nodes[i].directory == 0) continue;
      directory.nodes[i].directory = directories_.size();
      directories_.push_back({.path = prefix + entries[i].name});  // a deque: `directory` stays where it is
    }
  }

  const WorkspaceFiles& files_;
  std::size_t left_;
  std::deque<Directory> directories_;
};

}  // namespace

Result<std::string> tree_json(const WorkspaceFiles& files, std::string_view path, std::int64_t depth, std::size_t most) {
  auto itself = files.look(path);
  if (!itself) return fail(std::move(itself.error()));
  if (itself->kind != Kind::directory)
    return fail_field(Code::rejected, "path", std::string(path) + " is not a directory; name a directory, or read the file");
  const auto [parent, name] = facio::split_path(path);
  const std::string whole = parent.empty() ? name : parent + "/" + name;
  itself->name = name.empty() ? "." : name;
  Tree tree(files, most);
  if (auto status = tree.grow(whole, depth); !status) return fail(std::move(status.error()));
  std::string out = head_of(whole.empty() ? "." : whole, *itself);
  tree.write(out, 0);
  out += '}';
  return out;
}

}  // namespace facio::serve
