#include "commands/facio/runtime/tools/manage_mcp_tool.hpp"

#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/runtime/tools/tool_event.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kActions[] = {"list", "add", "remove", "enable", "disable", "restart"};

struct ManageMcp : McpConfig {
  std::string action;
  std::optional<std::string> name;

  static constexpr ShapeHead shape{"ManageMcp", "What to do with which MCP server; beside action and name, the configuration is for add"};
  static constexpr auto fields() {
    return joined(Fields{field("action", &ManageMcp::action, "what to do", {.choices = kActions}),
                         field("name", &ManageMcp::name, "name of the server", {.pattern = "mcp-name"})},
                  inherited<ManageMcp>(McpConfig::fields()));
  }
};

std::string line_of(const McpServer& server) {
  std::string line = server.name + "  " + server.transport + "  ";
  line += !server.enabled ? "switched off" : server.connected ? "connected" : "not connected";
  if (server.error) line += ": " + *server.error;
  for (std::size_t i = 0; i < server.tools.size(); ++i) line += (i == 0 ? "; tools: " : ", ") + server.tools[i];
  return line;
}

Result<std::string> list(McpService& mcp, const std::string& agent) {
  auto servers = mcp.list(agent);
  if (!servers) return fail(std::move(servers.error()));
  std::string out;
  for (const McpServer& server : servers->items) out += line_of(server) + "\n";
  return out.empty() ? "there are no MCP servers" : out;
}

/// The body of the API's create: the arguments without what is only the tool's.
Result<McpServer> add_server(McpService& mcp, const std::string& agent, JsonRef arguments) {
  JsonDocument body = JsonDocument::object();
  body.merge(arguments);
  body.erase("action");
  return mcp.add(agent, body.root());
}

Result<std::string> change(McpService& mcp, const std::string& agent, const std::string& action, const std::string& name,
                           JsonRef arguments) {
  if (action == "remove") {
    auto removed = mcp.remove(agent, name);
    return removed ? Result<std::string>("removed " + name) : fail(std::move(removed.error()));
  }
  auto server = action == "add"       ? add_server(mcp, agent, arguments)
                : action == "restart" ? mcp.restart(agent, name)
                                      : mcp.switch_to(agent, name, action == "enable");
  if (!server) return fail(std::move(server.error()));
  return line_of(*server);
}

/// In the words of the API's own events.
std::string done(const std::string& action) {
  if (action == "add") return "added";
  if (action == "restart") return "restarted";
  return action + "d";
}

}  // namespace

ManageMcpTool::ManageMcpTool(store::Store& store, McpService& mcp) {
  add_raw("manage_mcp", "Lists, adds, removes, switches on or off, or restarts MCP servers, which give the agent further tools.",
          shape_of<ManageMcp>, [&store, &mcp](const ToolRun& run, JsonRef arguments) -> Result<ToolOutput> {
            const std::string action = arguments.get("action").string();
            if (action == "list") {
              auto all = list(mcp, run.agent);
              if (!all) return fail(std::move(all.error()));
              return ToolOutput{.text = std::move(*all)};
            }
            if (arguments.get("name").is_null()) return fail(Code::rejected, "name: is required for the action " + action);
            const std::string name = arguments.get("name").string();
            auto told = change(mcp, run.agent, action, name, arguments);
            if (!told) return fail(std::move(told.error()));
            const Status noted = store.run([&](store::Transaction& tx) {
              return tx.append_audit(run.agent, agent_event(run, "mcp_change", done(action) + " " + name,
                                                            event_details("name", name, "action", done(action))));
            });
            if (!noted) return fail(noted.error());
            return ToolOutput{.text = std::move(*told)};
          });
}

}  // namespace facio::serve
