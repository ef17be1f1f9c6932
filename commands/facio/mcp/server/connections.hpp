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
  /// `look` is called before the tools are listed, so that a registry that was changed by hand is noticed. All outlive it.
  McpConnections(const Outbound& outbound, const CredentialsService& credentials, std::string directory, std::function<void()> look);
  ~McpConnections() override;

  /// From now on connections are made; servers may ask `approver`, where there is one.
  void start(Approver* approver);
  /// Ends all of them and waits for that; none is made any more.
  void stop();

  /// Makes the connections of an agent those of `servers`, by name: new ones are made, changed ones made anew, others ended.
  void follow(std::string_view agent, const std::map<std::string, McpConfig>& servers);
  /// Connects to a server anew.
  void restart(std::string_view agent, std::string_view name);
  /// Waits until it is known whether the last change of this server's connection went well, at most this long.
  void wait_outcome(std::string_view agent, std::string_view name, std::chrono::milliseconds most);
  /// Nothing for a server without a connection.
  [[nodiscard]] std::optional<McpLive> live(std::string_view agent, std::string_view name) const;
  /// The tools of one server under the names that a model calls them by.
  [[nodiscard]] std::vector<ToolInfo> tools_of(std::string_view agent, std::string_view name) const;

  std::vector<ToolInfo> tools(std::string_view agent) override;
  ToolOutput call(const ToolRun& run, std::string_view name, JsonRef arguments) override;

 private:
  struct Kept {
    McpConfig config;
    std::shared_ptr<McpConnection> connection;
  };
  /// A tool and where it is.
  struct Known {
    ToolInfo info;
    std::string server, tool;
  };
  using Servers = std::map<std::string, Kept, std::less<>>;
  [[nodiscard]] std::shared_ptr<McpConnection> find(std::string_view agent, std::string_view name) const;
  [[nodiscard]] std::vector<Known> known(std::string_view agent) const;
  void forget_gone();

  const Outbound& outbound_;
  const CredentialsService& credentials_;
  const std::string directory_;
  const std::function<void()> look_;
  mutable std::mutex mutex_;
  std::map<std::string, Servers, std::less<>> agents_;
  std::vector<std::shared_ptr<McpConnection>> leaving_;
  Approver* approver_ = nullptr;
  bool started_ = false, stopped_ = false;
};

}  // namespace facio::serve
