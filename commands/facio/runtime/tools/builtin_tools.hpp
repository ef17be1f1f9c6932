// The tools that every agent has.
#pragma once

#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/tools/tool_group.hpp"
#include "commands/facio/runtime/tools/toolbox.hpp"
#include "commands/serve/sandbox/sandbox.hpp"

namespace facio {
class CredentialsService;
class CronService;
class McpService;
class PeersService;
}  // namespace facio

namespace facio::serve {

/// Lives between the services that the tools use and whatever calls tools.
class BuiltinTools {
 public:
  BuiltinTools(const ServiceContext& base, const CredentialsService& credentials, CronService& cron, PeersService& peers, McpService& mcp);

  /// Further sources may be added before the first turn.
  [[nodiscard]] Toolbox& box() { return box_; }
  [[nodiscard]] const Sandbox& sandbox() const { return sandbox_; }

 private:
  Sandbox sandbox_;
  ToolGroup group_;
  Toolbox box_;
};

// The parts of the group. What they take outlives it.

/// read_file, list_dir, write_file, edit_file, delete_file. Files are read and edited as they are shown, with secrets
/// masked; ${credentials.KEY} is written as it stands. The operator's files (mcp.json) cannot be written with them.
void add_workspace_tools(ToolGroup& group, const WorkspaceFiles& files, const CredentialsService& credentials);
/// search_files and find_files, in what is shown with secrets masked. They skip .git and files that are not text, and stop at their limits,
/// when the run is cancelled, and after half a minute.
void add_search_tools(ToolGroup& group, const WorkspaceFiles& files, const CredentialsService& credentials);
/// exec: in the sandbox or not at all, with the exposed credentials as environment variables.
void add_exec_tool(ToolGroup& group, const Sandbox& sandbox, const CredentialsService& credentials);
/// cron_list, cron_add, cron_remove: under the rules of the management API, each change with an audit event cron_change of origin agent.
void add_cron_tools(ToolGroup& group, store::Store& store, CronService& cron);
/// list_peers, call_peer.
void add_peer_tools(ToolGroup& group, PeersService& peers);
/// manage_mcp: under the rules of the management API, each change with an audit event mcp_change of origin agent. Values of env and headers
/// are shown masked.
void add_mcp_tool(ToolGroup& group, store::Store& store, McpService& mcp);

/// The output of a program in the sandbox, for a model or a person to read; failed unless it exited with 0 by itself. `limit_s` is the time
/// it had.
ToolOutput sandbox_output(const SandboxEnd& end, std::int64_t limit_s);

}  // namespace facio::serve
