// The connections to all MCP servers of the registry, and their tools.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/mcp/server/connection.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// Safe from any thread.
class McpConnections final : public ToolSource {
 public:
  /// `refresh` is called before the tools are listed, so that a registry that was edited by hand is noticed. All outlive it.
  McpConnections(const Outbound& outbound, const CredentialsService& credentials, std::string directory, std::function<void()> refresh)
      : outbound_(outbound), credentials_(credentials), directory_(std::move(directory)), refresh_(std::move(refresh)) {}
  ~McpConnections() override { stop(); }

  /// From now on connections are made; servers may ask `approver`, if there is one.
  void start(Approver* approver);
  /// Ends all of them, waits for that, and makes no more.
  void stop();

  /// Makes the connections of an agent those of `servers`, by name: adds, reconnects and ends them as needed.
  void follow(std::string_view agent, const std::map<std::string, McpConfig>& servers);
  void reconnect(std::string_view agent, std::string_view name);
  /// As McpConnection::wait_outcome().
  void wait_outcome(std::string_view agent, std::string_view name, std::chrono::milliseconds most);
  /// Nothing for a server without a connection.
  [[nodiscard]] std::optional<McpLive> live(std::string_view agent, std::string_view name) const;
  /// The tools of one server, under the names by which a model calls them.
  [[nodiscard]] std::vector<ToolInfo> tools_of(std::string_view agent, std::string_view name) const;

  std::vector<ToolInfo> tools(std::string_view agent) override;
  ToolOutput call(const ToolRun& run, std::string_view name, JsonRef arguments) override;

 private:
  struct Configured {
    McpConfig config;
    std::shared_ptr<McpConnection> connection;
  };
  struct ServerTool {
    ToolInfo info;
    std::string server, tool;  ///< their own names
  };
  using Servers = std::map<std::string, Configured, std::less<>>;
  [[nodiscard]] std::shared_ptr<McpConnection> find(std::string_view agent, std::string_view name) const;
  [[nodiscard]] std::vector<ServerTool> all_tools(std::string_view agent) const;

  const Outbound& outbound_;
  const CredentialsService& credentials_;
  const std::string directory_;
  const std::function<void()> refresh_;
  mutable std::mutex mutex_;
  std::map<std::string, Servers, std::less<>> agents_;
  std::vector<std::shared_ptr<McpConnection>> ending_;
  Approver* approver_ = nullptr;
  bool started_ = false, stopped_ = false;
};

}  // namespace facio::serve
