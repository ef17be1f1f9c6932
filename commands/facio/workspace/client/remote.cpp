#include "commands/facio/workspace/client/remote.hpp"

#include <algorithm>
#include <deque>

#include "cli/core/base64.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {
namespace {

tl::unexpected<Error> strange(const std::string& why) { return fail(Code::server, "the agent's answer cannot be used: " + why); }

/// Goes through one answer of GET /workspace/tree.
class Walk {
 public:
  Walk(Client& client, std::string top, Listing& listing) : client_(client), top_(std::move(top)), listing_(listing) {}

  /// `asked`: the directory that the answer is about.
  void take(JsonRef node, const std::string& asked) {
    if (const JsonRef error = node.get("error")) incomplete(asked, error);
    const JsonRef children = node.get("children");
    if (children.is(JsonKind::array)) each(children, asked);
    else incomplete(asked, {});
  }
  std::deque<std::string> left;  ///< directories that have to be asked for alone

 private:
  void each(JsonRef children, const std::string& directory) {
    for (std::size_t i = 0; i < children.size(); ++i) one(children.at(i), directory);
  }

  void one(JsonRef node, const std::string& directory) {
    const auto text = [&](std::string_view name) {
      const JsonRef found = node.get(name);
      return found.text();
    };
    // The name decides, never the path that the agent gives: it cannot hold a slash.
    const std::string name = text("name");
    const std::string path = directory.empty() ? name : directory + "/" + name;
    if (name.find_first_of("/\\") != std::string::npos || name == "." || !WorkspaceFiles::check_path(name))
      return skip(path, "its name is not safe");
    if (name == ".git") return skip(path, "it belongs to git");  // its configuration can start programs
    if (node.get("link") && node.get("link").boolean()) return skip(path, "it is a link");
    if (text("type") == "dir") {
      if (const JsonRef children = node.get("children"); children.is(JsonKind::array)) each(children, path);
      else left.push_back(path);
      return;
    }
    if (node.get("error")) return skip(path, text("error"));
    const JsonRef size = node.get("size");
    const std::string below = top_.empty() ? path : path.substr(top_.size() + 1);
    listing_.sizes[below] = size.is(JsonKind::integer) ? size.integer() : 0;
  }

  void skip(const std::string& path, const std::string& why) { warn(client_, printable(path) + " is left out: " + printable(why)); }
  void incomplete(const std::string& path, JsonRef why) {
    listing_.whole = false;
    skip(path.empty() ? "." : path, why.is(JsonKind::string) ? why.string() : "the agent did not list it");
  }

  Client& client_;
  std::string top_;
  Listing& listing_;
};

}  // namespace

Invocation for_reading(const Invocation& invocation) {
  Invocation own;
  own.endpoint = invocation.endpoint;
  own.global = invocation.global;
  own.global.dry_run = own.global.curl = false;
  own.values = invocation.values;
  own.secrets = invocation.secrets;
  return own;
}

Result<std::string> bytes_of(JsonRef file) {
  const auto read = from_json<WorkspaceFile>(file);
  if (!read) return strange(read.error().message());
  if (read->encoding != "base64") return read->content;
  auto bytes = base64_decode(read->content);
  if (!bytes) return strange("content is no base64");
  return std::move(*bytes);
}

Result<std::optional<std::string>> read_file(Client& client, const std::string& path) {
  auto answer = client.ask("workspace.read", {{"path", {path}}});
  if (!answer && answer.error().code() == Code::not_found) return std::optional<std::string>();
  if (!answer) return fail(std::move(answer.error()));
  auto bytes = bytes_of(answer->root());
  if (!bytes) return fail(std::move(bytes.error()));
  return std::optional<std::string>(std::move(*bytes));
}

Result<Request> write_request(Client& client, const std::string& path, std::string_view bytes) {
  const bool text = is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
  std::string body = R"({"content":)";
  append_json_string(body, text ? std::string(bytes) : base64_encode(bytes));
  body += text ? R"(,"encoding":"utf-8"})" : R"(,"encoding":"base64"})";
  if (body.size() > 16 * 1024 * 1024)
    return fail(Code::too_large, path + ": a request of " + std::to_string(body.size()) + " bytes is over the agent's limit of 16 MiB");
  return client.request_to("workspace.write", {{"path", {path}}}, body);
}

bool is_plain_text(std::string_view bytes) {
  return is_utf8(bytes) &&
         std::ranges::none_of(bytes, [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f; });
}

void warn(Client& client, const std::string& sentence) {
  if (!client.invocation().global.quiet) (void)client.streams().err.write("facioctl: warning: " + sentence + "\n");
}

Result<Listing> list_files(Client& client, const std::string& directory, const std::function<void(std::size_t)>& tell) {
  Listing listing;
  Walk walk(client, directory, listing);
  walk.left.push_back(directory);
  while (!walk.left.empty()) {
    const std::string asked = walk.left.front();
    walk.left.pop_front();
    auto answer = asked.empty() ? client.ask("workspace.tree", {{"depth", {"10"}}})
                                : client.ask("workspace.tree", {{"path", {asked}}, {"depth", {"10"}}});
    if (!answer && asked != directory && answer.error().code() == Code::not_found) continue;  // gone meanwhile
    if (!answer) return fail(std::move(answer.error()));
    walk.take(answer->root().get("tree"), asked);
    tell(listing.sizes.size());
  }
  return listing;
}

}  // namespace facio::workspace
