// facioctl mcp tools: what MCP servers offer.
#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {
namespace {

Result<McpServerDetail> get(Client& client, const std::string& name) {
  return client.ask("mcp.get", {{"name", name}}).and_then([](const JsonDocument& reply) {
    return from_json<McpServerDetail>(reply.root());
  });
}

/// Adds the tools of a server; of some agents only their names are known.
void add_tools(const McpServerDetail& server, McpTools& all) {
  if (server.toolDetails) {
    all.items.insert(all.items.end(), server.toolDetails->begin(), server.toolDetails->end());
    return;
  }
  for (const std::string& tool : server.tools)
    all.items.push_back({tool, "mcp_" + server.name + "_" + tool, "mcp:" + server.name + ":" + tool, {}});
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
    add_tools(*server, all);
    return print_reply(client, *invocation.endpoint, to_json(all));
  }
  const auto servers = client.ask("mcp.list").and_then([](const JsonDocument& list) { return from_json<McpList>(list.root()); });
  if (!servers) return fail(servers.error());
  for (const McpServer& one : servers->items) {
    if (!one.connected) continue;
    const auto server = get(client, one.name);
    if (!server) return fail(server.error());
    add_tools(*server, all);
  }
  return print_reply(client, *invocation.endpoint, to_json(all));
}

}  // namespace facio::mcp
