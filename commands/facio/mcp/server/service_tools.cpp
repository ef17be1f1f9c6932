// The tools of the connected MCP servers.
#include <set>

#include "cli/core/shape_json.hpp"
#include "commands/facio/mcp/server/connection.hpp"
#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/mcp/server/tools.hpp"

namespace facio {

std::vector<McpService::ServerTool> McpService::all_tools(std::string_view agent) const {
  std::vector<std::pair<std::string, std::shared_ptr<serve::McpConnection>>> servers;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = connections_.find(agent); found != connections_.end())
      for (const auto& [name, server] : found->second) servers.emplace_back(name, server.connection);
  }
  std::vector<ServerTool> all;
  std::set<std::string, std::less<>> names;
  for (const auto& [server, connection] : servers)
    for (serve::McpTool& tool : connection->live().tools) {
      serve::ToolInfo info{.name = serve::mcp_call_name(server, tool.name, names),
                           .other_name = serve::mcp_other_name(server, tool.name),
                           .description = std::move(tool.description),
                           .parameters = std::move(tool.parameters)};
      all.push_back({std::move(info), server, std::move(tool.name)});
    }
  return all;
}

std::vector<serve::ToolInfo> McpService::tools(std::string_view agent) {
  refresh_if_edited();
  std::vector<serve::ToolInfo> tools;
  for (ServerTool& one : all_tools(agent)) tools.push_back(std::move(one.info));
  return tools;
}

serve::ToolOutput McpService::call(const serve::ToolRun& run, std::string_view name, JsonRef arguments) {
  for (const ServerTool& one : all_tools(run.agent))
    if (one.info.name == name || one.info.other_name == name)
      if (const auto connection = find(run.agent, one.server)) return connection->call(run, one.tool, arguments);
  return {.text = "there is no tool " + std::string(name) + " any more", .failed = true};
}

}  // namespace facio
