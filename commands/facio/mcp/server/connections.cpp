#include "commands/facio/mcp/server/connections.hpp"

#include "cli/core/shape_json.hpp"
#include "commands/facio/mcp/server/tool_names.hpp"

namespace facio::serve {

McpConnections::McpConnections(const Outbound& outbound, const CredentialsService& credentials, std::string directory,
                               std::function<void()> look)
    : outbound_(outbound), credentials_(credentials), directory_(std::move(directory)), look_(std::move(look)) {}

McpConnections::~McpConnections() { stop(); }

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
      for (auto& [name, kept] : servers) all.push_back(std::move(kept.connection));
    agents_.clear();
    all.insert(all.end(), leaving_.begin(), leaving_.end());
    leaving_.clear();
  }
  for (const auto& connection : all) connection->leave();  // all at the same time
  for (const auto& connection : all) connection->join();
}

/// With the lock: frees what has ended meanwhile.
void McpConnections::forget_gone() {
  std::erase_if(leaving_, [](const auto& connection) { return connection->gone(); });
}

void McpConnections::follow(std::string_view agent, const std::map<std::string, McpConfig>& servers) {
  const std::lock_guard lock(mutex_);
  if (!started_ || stopped_) return;
  forget_gone();
  Servers& mine = agents_[std::string(agent)];
  for (auto it = mine.begin(); it != mine.end();) {
    if (servers.contains(it->first)) {
      ++it;
      continue;
    }
    it->second.connection->leave();
    leaving_.push_back(std::move(it->second.connection));
    it = mine.erase(it);
  }
  for (const auto& [name, config] : servers) {
    const auto found = mine.find(name);
    if (found == mine.end()) {
      McpConnection::Around around{outbound_, credentials_, std::string(agent), directory_, approver_};
      mine.emplace(name, Kept{config, std::make_shared<McpConnection>(std::move(around), name, config)});
    } else if (to_json(found->second.config) != to_json(config)) {
      found->second.config = config;
      found->second.connection->configure(config);
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

void McpConnections::restart(std::string_view agent, std::string_view name) {
  if (const auto connection = find(agent, name)) connection->restart();
}

void McpConnections::wait_outcome(std::string_view agent, std::string_view name, std::chrono::milliseconds most) {
  if (const auto connection = find(agent, name)) connection->wait_outcome(most);
}

std::optional<McpLive> McpConnections::live(std::string_view agent, std::string_view name) const {
  const auto connection = find(agent, name);
  if (!connection) return std::nullopt;
  return connection->live();
}

std::vector<McpConnections::Known> McpConnections::known(std::string_view agent) const {
  std::vector<std::pair<std::string, std::shared_ptr<McpConnection>>> servers;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = agents_.find(agent); found != agents_.end())
      for (const auto& [name, kept] : found->second) servers.emplace_back(name, kept.connection);
  }
  std::vector<Known> all;
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
  for (Known& one : known(agent))
    if (one.server == name) tools.push_back(std::move(one.info));
  return tools;
}

std::vector<ToolInfo> McpConnections::tools(std::string_view agent) {
  look_();
  std::vector<ToolInfo> tools;
  for (Known& one : known(agent)) tools.push_back(std::move(one.info));
  return tools;
}

ToolOutput McpConnections::call(const ToolRun& run, std::string_view name, JsonRef arguments) {
  for (const Known& one : known(run.agent))
    if (one.info.name == name || one.info.other_name == name)
      if (const auto connection = find(run.agent, one.server)) return connection->call(run, one.tool, arguments);
  return {.text = "there is no tool " + std::string(name) + " any more", .failed = true};
}

}  // namespace facio::serve
