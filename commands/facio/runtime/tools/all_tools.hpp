// The tools that every agent has, in one place.
#pragma once

#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/sandbox/sandbox.hpp"
#include "commands/facio/runtime/tools/cron_tools.hpp"
#include "commands/facio/runtime/tools/exec_tool.hpp"
#include "commands/facio/runtime/tools/manage_mcp_tool.hpp"
#include "commands/facio/runtime/tools/peer_tools.hpp"
#include "commands/facio/runtime/tools/search_tools.hpp"
#include "commands/facio/runtime/tools/toolbox.hpp"
#include "commands/facio/runtime/tools/workspace_tools.hpp"

namespace facio::serve {

/// Lives between the services that the tools use and whoever calls tools.
class AllTools {
 public:
  AllTools(const ServiceContext& base, const CredentialsService& credentials, CronService& cron, PeersService& peers, McpService& mcp);

  /// Further sources may be added before the first turn.
  [[nodiscard]] Toolbox& box() { return box_; }
  [[nodiscard]] const Sandbox& sandbox() const { return sandbox_; }

 private:
  Sandbox sandbox_;
  WorkspaceTools workspace_;
  SearchTools search_;
  ExecTool exec_;
  CronTools cron_;
  PeerTools peers_;
  ManageMcpTool mcp_;
  Toolbox box_;
};

}  // namespace facio::serve
