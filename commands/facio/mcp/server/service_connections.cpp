// The connections to the servers of the registry, as they follow it.
#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "commands/facio/mcp/server/connection.hpp"
#include "commands/facio/mcp/server/service.hpp"

namespace facio {

void McpService::start(std::span<const std::string_view> agents, serve::Approver* approver) {
  agents_.assign(agents.begin(), agents.end());
  std::unique_lock lock(mutex_);
  approver_ = approver;
  started_ = true;
  lock.unlock();
  refresh_all(agents);
}

void McpService::stop() {
  std::vector<std::shared_ptr<serve::McpConnection>> all;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    all.swap(ending_);
    for (auto& [agent, servers] : connections_)
      for (auto& [name, server] : servers) all.push_back(std::move(server.connection));
    connections_.clear();
  }
  logins_.stop();
  for (const auto& connection : all) connection->disconnect();  // all at the same time
  for (const auto& connection : all) connection->join();
}

/// Makes the connections of an agent those of `servers`, by name: adds, reconnects and ends them as needed.
void McpService::follow(std::string_view agent, const std::map<std::string, McpConfig>& servers) {
  const std::lock_guard lock(mutex_);
  if (!started_ || stopped_) return;
  std::erase_if(ending_, [](const auto& connection) { return connection->ended(); });
  auto& mine = connections_[std::string(agent)];
  std::erase_if(mine, [&](auto& server) {
    if (servers.contains(server.first)) return false;
    server.second.connection->disconnect();
    ending_.push_back(std::move(server.second.connection));
    return true;
  });
  for (const auto& [name, config] : servers) {
    const auto found = mine.find(name);
    if (found == mine.end()) {
      serve::McpConnection::Setup setup{outbound_, agreements_, logins_, std::string(agent), approver_, journal(agent, name)};
      mine.emplace(name, Configured{config, std::make_shared<serve::McpConnection>(std::move(setup), name, config)});
    } else if (to_json(found->second.config) != to_json(config)) {
      found->second.config = config;
      found->second.connection->reconnect(config);
    }
  }
}

std::shared_ptr<serve::McpConnection> McpService::find(std::string_view agent, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto servers = connections_.find(agent);
  if (servers == connections_.end()) return nullptr;
  const auto found = servers->second.find(name);
  return found == servers->second.end() ? nullptr : found->second.connection;
}

}  // namespace facio
