// The registry of MCP servers: the workspace's mcp.json.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/mcp/server/agreements.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio {

class CredentialsService;
namespace serve {
class Approver;
class McpConnection;
class Outbound;
}  // namespace serve

/// The file is the source of truth: it is read for every call, so that manual edits count at once, and its unknown members are preserved.
/// The connections follow it whenever it is read, but an entry that did not come by the API connects only after a person has agreed to it.
/// Safe from any thread; all calls block. Code::conflict, with line and column, while the file is broken.
class McpService final : public serve::ToolSource {
 public:
  McpService(const serve::ServiceContext& context, CredentialsService& credentials, const serve::Outbound& outbound);
  ~McpService() override { stop(); }

  /// Connects to the servers of these agents, in the background. Servers may ask `approver`, which outlives the connections.
  void start(std::span<const std::string_view> agents, serve::Approver* approver);
  /// Disconnects from all servers, which takes a few seconds at most; programs among them have ended when it returns.
  void stop();
  /// Reads mcp.json, and lets the connections follow what was edited. Code::conflict: it is broken.
  Status reload();
  /// Every server, by name.
  Result<McpList> list(std::string_view agent);
  /// One server with its configuration, secrets masked. Code::not_found.
  Result<McpServerDetail> get(std::string_view agent, std::string_view name);
  /// Adds a server. This and the other changes wait a few seconds for the outcome of the connection. Code::rejected, Code::conflict when
  /// the name is taken.
  Result<McpServer> add(std::string_view agent, JsonRef body) { return add(agent, body, serve::McpBy::api); }
  Result<McpServer> add(std::string_view agent, JsonRef body, serve::McpBy by);
  /// Replaces the given fields; a masked value keeps what is stored. A url turns a server with a command into a network server, and the
  /// reverse. Code::rejected, Code::not_found.
  Result<McpServer> update(std::string_view agent, std::string_view name, JsonRef patch);
  Result<McpDeleted> remove(std::string_view agent, std::string_view name);
  Result<McpServer> switch_to(std::string_view agent, std::string_view name, bool enabled, serve::McpBy by);
  /// Reconnects. Code::conflict when the server is switched off.
  Result<McpServer> restart(std::string_view agent, std::string_view name);

  /// The servers that a person must agree to before they connect.
  std::vector<std::string> awaiting(std::string_view agent);
  /// Agrees to the entry of mcp.json as it is now, if its digest is still the one that was shown. Code::conflict otherwise.
  Result<McpServer> approve(std::string_view agent, std::string_view name, JsonRef body);
  /// The operator has written the whole file by the API, which agrees to the entries that are not as before.
  Status agree_to_file(std::string_view agent, std::string_view before, std::string_view text);

  /// The tools of the connected servers.
  std::vector<serve::ToolInfo> tools(std::string_view agent) override;
  serve::ToolOutput call(const serve::ToolRun& run, std::string_view name, JsonRef arguments) override;

 private:
  struct Registry;
  struct Configured {
    McpConfig config;
    std::shared_ptr<serve::McpConnection> connection;
  };
  struct ServerTool {
    serve::ToolInfo info;
    std::string server, tool;  ///< their own names
  };
  Result<Registry> load() const;
  static Result<Registry> parse(std::string text);
  void forget_followed(std::string_view agent);
  Result<Registry> refresh(std::string_view agent);
  void refresh_if_edited();
  template <class Change>
  auto change(Change work) -> decltype(work(std::declval<Registry&>()));
  void follow(std::string_view agent, const std::map<std::string, McpConfig>& servers);
  [[nodiscard]] std::shared_ptr<serve::McpConnection> find(std::string_view agent, std::string_view name) const;
  [[nodiscard]] std::vector<ServerTool> all_tools(std::string_view agent) const;
  [[nodiscard]] McpServer with_connection(std::string_view agent, std::string_view name, JsonRef server) const;
  Result<McpServer> settled(std::string_view agent, Result<McpServer> changed, bool reconnect = false);

  const WorkspaceFiles& files_;
  const serve::Outbound& outbound_;
  const serve::McpAgreements agreements_;
  std::mutex change_mutex_, follow_mutex_;
  std::map<std::string, std::string, std::less<>> followed_;  ///< the file's text that an agent's connections follow
  std::pair<std::int64_t, std::int64_t> last_seen_{-2, -2};   ///< the file's time and size
  std::vector<std::string> agents_;

  mutable std::mutex mutex_;                                                                        ///< guards what follows
  std::map<std::string, std::map<std::string, Configured, std::less<>>, std::less<>> connections_;  ///< by agent and server
  std::vector<std::shared_ptr<serve::McpConnection>> ending_;
  serve::Approver* approver_ = nullptr;
  bool started_ = false, stopped_ = false;
};

}  // namespace facio
