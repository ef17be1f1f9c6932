// The registry of MCP servers: the workspace's mcp.json.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"

namespace facio {

class CredentialsService;
namespace serve {
class Approver;
class Outbound;
class ToolSource;
}  // namespace serve

/// One server as it stands in mcp.json, with the values of env and headers.
struct McpRegistered {
  std::string name;
  McpConfig config;
};

/// The file is the source of truth: it is read for every call, so that what was edited by hand counts at once, and members of it that are
/// not known here stay as they are. The connections follow it whenever it is read. Safe from any thread; all calls block. Code::conflict,
/// with line and column, while the file is broken.
class McpService {
 public:
  McpService(const serve::ServiceContext& context, CredentialsService& credentials, const serve::Outbound& outbound);
  ~McpService();

  /// Connects to the servers of these agents, in the background. Servers may ask `approver`, which outlives the connections.
  void start(std::span<const std::string_view> agents, serve::Approver* approver);
  /// Disconnects from all servers; the programs among them have ended when it returns, which takes a few seconds at most.
  void stop();
  /// The tools of the servers that are connected.
  serve::ToolSource& tools();

  /// Every server, by name.
  Result<McpList> list(std::string_view agent) const;
  /// One server with its configuration, secrets masked. Code::not_found.
  Result<McpServerDetail> get(std::string_view agent, std::string_view name) const;
  /// Adds a server. This and the other changes wait a few seconds to see what comes of the connection. Code::rejected, Code::conflict when
  /// the name is taken.
  Result<McpServer> add(std::string_view agent, JsonRef body);
  /// Lays the fields of `patch` over a server's; a masked value keeps what is stored. Giving url to a server with a command makes it one
  /// of the network, and the other way round. Code::rejected, Code::not_found.
  Result<McpServer> update(std::string_view agent, std::string_view name, JsonRef patch);
  Result<McpDeleted> remove(std::string_view agent, std::string_view name);
  Result<McpServer> switch_to(std::string_view agent, std::string_view name, bool enabled);
  /// Connects anew. Code::conflict when it is switched off.
  Result<McpServer> restart(std::string_view agent, std::string_view name);

  /// What the runtime connects to: every server whose configuration is sound, switched on or not.
  Result<std::vector<McpRegistered>> servers(std::string_view agent) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
