// The tool with which the agent manages its own MCP servers.
#pragma once

#include "commands/serve/store/store.hpp"
#include "commands/facio/runtime/tools/tool_group.hpp"

namespace facio {
class McpService;
}

namespace facio::serve {

/// manage_mcp: by the rules of the management API, each change with an audit event mcp_change of origin agent. Values of env and headers
/// are shown masked.
class ManageMcpTool final : public ToolGroup {
 public:
  ManageMcpTool(store::Store& store, McpService& mcp);
};

}  // namespace facio::serve
