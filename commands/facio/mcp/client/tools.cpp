// facioctl mcp tools: what MCP servers offer, and with --changed what is different since it was last seen.
#include <fcntl.h>

#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/files.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {
namespace {

constexpr std::size_t kMostRemembered = std::size_t{16} * 1024 * 1024;

Result<McpServerDetail> get(Client& client, const std::string& name) {
  return client.ask("mcp.get", {{"name", name}}).and_then([](const JsonDocument& reply) {
    return from_json<McpServerDetail>(reply.root());
  });
}

/// The tools of a server; of some agents only their names are known.
std::vector<McpToolDetail> tools_of(const McpServerDetail& server) {
  if (server.toolDetails) return *server.toolDetails;
  std::vector<McpToolDetail> tools;
  for (const std::string& tool : server.tools)
    tools.push_back({tool, "mcp_" + server.name + "_" + tool, "mcp:" + server.name + ":" + tool, {}});
  return tools;
}

/// What this user has last seen of the tools of a server, in a file of the state directory.
class Memory {
 public:
  Memory(Client& client, const std::string& server) {
    const auto target = client.target();
    const std::string agent = target ? (*target)->context.url + "\n" + (*target)->context.agent : std::string();
    path_ = state_directory(client.environment()) + "/mcp-tools/" + sha256_hex({agent, "\n", server}).substr(0, 32) + ".json";
  }

  /// Nothing when none were seen.
  [[nodiscard]] std::optional<std::vector<McpToolDetail>> read() const {
    const Descriptor from(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    const auto text = from ? FdInput(from.get()).read_all(kMostRemembered) : Result<std::string>(fail(Code::not_found, "none"));
    const auto document = text.and_then([](const std::string& json) { return JsonDocument::parse(json); });
    auto list = document.and_then([](const JsonDocument& read) { return from_json<Seen>(read.root()); });
    if (!list) return std::nullopt;
    return std::move(list->items);
  }
  [[nodiscard]] Status write(std::vector<McpToolDetail> tools) const {
    if (auto made = make_directories_above(path_); !made) return made;
    return replace_file(path_, to_json(Seen{.items = std::move(tools)}) + "\n", 0600, Durable::no);
  }

 private:
  using Seen = ListOf<McpToolDetail, "McpToolsSeen", "Tools as they were last seen", "the tools", Members::closed>;

  std::string path_;
};

bool is_same(const McpToolDetail& one, const McpToolDetail& other) {
  return one.name == other.name && one.calledAs == other.calledAs && one.knownAs == other.knownAs && one.description == other.description;
}

McpToolRow row(const McpToolDetail& tool, std::string_view change) {
  McpToolRow made;
  static_cast<McpToolDetail&>(made) = tool;
  if (!change.empty()) made.change = std::string(change);
  return made;
}

void add_changes(const std::vector<McpToolDetail>& before, const std::vector<McpToolDetail>& now, McpTools& all) {
  for (const McpToolDetail& tool : now) {
    const auto old = std::ranges::find(before, tool.name, &McpToolDetail::name);
    if (old == before.end()) all.items.push_back(row(tool, "added"));
    else if (!is_same(*old, tool)) all.items.push_back(row(tool, "changed"));
  }
  for (const McpToolDetail& tool : before)
    if (std::ranges::find(now, tool.name, &McpToolDetail::name) == now.end()) all.items.push_back(row(tool, "removed"));
}

/// The tools of a server, or what is different of them.
Status add_tools(Client& client, const McpServerDetail& server, McpTools& all) {
  const std::vector<McpToolDetail> now = tools_of(server);
  if (!client.invocation().is_set("changed")) {
    for (const McpToolDetail& tool : now) all.items.push_back(row(tool, {}));
    return {};
  }
  const Memory memory(client, server.name);
  if (const auto before = memory.read()) add_changes(*before, now, all);
  else if (auto told = note(client, "mcp/" + printable(server.name) + ": seen for the first time, with " + std::to_string(now.size()) +
                                        " tools; changes are shown from now on");
           !told)
    return told;
  return memory.write(now);
}

Result<int> print_tools(Client& client, const McpTools& all) {
  Endpoint endpoint = *client.invocation().endpoint;
  std::vector<Column> columns(endpoint.columns.begin(), endpoint.columns.end());
  if (client.invocation().is_set("changed")) columns.insert(columns.begin(), {"change", "CHANGE"});
  endpoint.columns = columns;
  return print_reply(client, endpoint, to_json(all));
}

}  // namespace

Result<int> tools(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string wanted(invocation.value("server"));
  if (invocation.global.only_shows()) {
    auto request = wanted.empty() ? client.request_to("mcp.list") : client.request_to("mcp.get", {{"name", wanted}});
    return request.and_then([&client](const Request& made) { return send_and_print(client, made); });
  }
  McpTools all;
  if (!wanted.empty()) {
    const auto server = get(client, wanted);
    if (!server) return fail(server.error());
    if (!server->connected)
      return fail(Code::conflict,
                  "the MCP server " + wanted + " is not connected" +
                      (server->enabled ? ": " + printable(server->error.value_or("no reason was given")) : ": it is disabled"),
                  std::string("facioctl mcp ") + (server->enabled ? "restart " : "enable ") + wanted);
    if (auto status = add_tools(client, *server, all); !status) return fail(std::move(status.error()));
    return print_tools(client, all);
  }
  const auto servers = client.ask("mcp.list").and_then([](const JsonDocument& list) { return from_json<McpList>(list.root()); });
  if (!servers) return fail(servers.error());
  for (const McpServer& one : servers->items) {
    if (!one.connected) continue;
    const auto server = get(client, one.name);
    if (!server) return fail(server.error());
    if (auto status = add_tools(client, *server, all); !status) return fail(std::move(status.error()));
  }
  return print_tools(client, all);
}

}  // namespace facio::mcp
