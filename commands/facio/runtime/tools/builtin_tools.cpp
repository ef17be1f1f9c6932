#include "commands/facio/runtime/tools/builtin_tools.hpp"

#include "cli/files/workspace_files.hpp"
#include "commands/facio/mcp/server/service.hpp"

namespace facio::serve {

BuiltinTools::BuiltinTools(const ServiceContext& base, const CredentialsService& credentials, CronService& cron, PeersService& peers,
                           McpService& mcp)
    : sandbox_(base.files.directory(), base.files.hidden()) {
  add_workspace_tools(group_, base.files, credentials);
  add_search_tools(group_, base.files, credentials);
  add_exec_tool(group_, sandbox_, credentials);
  add_cron_tools(group_, base.store, cron);
  add_peer_tools(group_, peers);
  add_mcp_tool(group_, base.store, mcp);
  box_.add(group_);
  box_.add(mcp);
}

}  // namespace facio::serve
