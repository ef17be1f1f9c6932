#include "commands/facio/mcp/server/connections.hpp"

#include "cli/core/shape_json.hpp"
#include "commands/facio/mcp/server/tool_names.hpp"

namespace facio::serve {

void McpConnections::start(Approver* approver) {
  const std::lock_guard lock(mutex_);
  approver_ = approver;
  started_ = true;
}

void McpConnections::stop() {
  std::vector<std::shared_ptr<McpConnection>> all;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (auto& [agent, servers] : agents_)
      for (auto& [name, server] : servers) all.push_back(std::move(server.connection));
    agents_.clear();
    all.insert(all.end(), ending_.begin(), ending_.end());
    ending_.clear();
  }
  for (const auto& connection : all) connection->disconnect();  // all at the same time
  for (const auto& connection : all) connection->join();
}

void McpConnections::follow(std::string_view agent, const std::map<std::string, McpConfig>& servers) {
  const std::lock_guard lock(mutex_);
  if (!started_ || stopped_) return;
  std::erase_if(ending_, [](const auto& connection) { return connection->ended(); });
  Servers& mine = agents_[std::string(agent)];
  std::erase_if(mine, [&](auto& server) {
    if (servers.contains(server.first)) return false;
    server.second.connection->disconnect();
    ending_.push_back(std::move(server.second.connection));
    return true;
  });
  for (const auto& [name, config] : servers) {
    const auto found = mine.find(name);
    if (found == mine.end()) {
      McpConnection::Setup setup{outbound_, credentials_, std::string(agent), directory_, approver_};
      mine.emplace(name, Configured{config, std::make_shared<McpConnection>(std::move(setup), name, config)});
    } else if (to_json(found->second.config) != to_json(config)) {
      found->second.config = config;
      found->second.connection->reconnect(config);
    }
  }
}

std::shared_ptr<McpConnection> McpConnections::find(std::string_view agent, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto servers = agents_.find(agent);
  if (servers == agents_.end()) return nullptr;
  const auto found = servers->second.find(name);
  return found == servers->second.end() ? nullptr : found->second.connection;
}

void McpConnections::reconnect(std::string_view agent, std::string_view name) {
  if (const auto connection = find(agent, name)) connection->reconnect();
}

void McpConnections::wait_outcome(std::string_view agent, std::string_view name, std::chrono::milliseconds most) {
  if (const auto connection = find(agent, name)) connection->wait_outcome(most);
}

std::optional<McpLive> McpConnections::live(std::string_view agent, std::string_view name) const {
  const auto connection = find(agent, name);
  if (!connection) return std::nullopt;
  return connection->live();
}

std::vector<McpConnections::ServerTool> McpConnections::all_tools(std::string_view agent) const {
  std::vector<std::pair<std::string, std::shared_ptr<McpConnection>>> servers;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = agents_.find(agent); found != agents_.end())
      for (const auto& [name, server] : found->second) servers.emplace_back(name, server.connection);
  }
  std::vector<ServerTool> all;
  std::set<std::string, std::less<>> names;
  for (const auto& [server, connection] : servers)
    for (McpTool& tool : connection->live().tools) {
      ToolInfo info{.name = mcp_call_name(server, tool.name, names),
                    .other_name = mcp_other_name(server, tool.name),
                    .description = std::move(tool.description),
                    .parameters = std::move(tool.parameters)};
      all.push_back({std::move(info), server, std::move(tool.name)});
    }
  return all;
}

std::vector<ToolInfo> McpConnections::tools_of(std::string_view agent, std::string_view name) const {
  std::vector<ToolInfo> tools;
  for (ServerTool& one : all_tools(agent))
    if (one.server == name) tools.push_back(std::move(one.info));
  return tools;
}

std::vector<ToolInfo> McpConnections::tools(std::string_view agent) {
  refresh_();
  std::vector<ToolInfo> tools;
  for (ServerTool& one : all_tools(agent)) tools.push_back(std::move(one.info));
  return tools;
}

ToolOutput McpConnections::call(const ToolRun& run, std::string_view name, JsonRef arguments) {
  for (const ServerTool& one : all_tools(run.agent))
    if (one.info.name == name || one.info.other_name == name)
      if (const auto connection = find(run.agent, one.server)) return connection->call(run, one.tool, arguments);
  return {.text = "there is no tool " + std::string(name) + " any more", .failed = true};
}

}  // namespace facio::serve
