#include "commands/facio/runtime/tools/all_tools.hpp"

#include "commands/facio/mcp/server/service.hpp"

namespace facio::serve {

AllTools::AllTools(const ServiceContext& base, const CredentialsService& credentials, CronService& cron, PeersService& peers,
                   McpService& mcp)
    : sandbox_(base.files.directory(), base.data),
      workspace_(base.files, credentials),
      search_(base.files),
      exec_(sandbox_, credentials),
      cron_(base.store, cron),
      peers_(peers),
      mcp_(base.store, mcp) {
  for (ToolSource* source : {static_cast<ToolSource*>(&workspace_), static_cast<ToolSource*>(&search_), static_cast<ToolSource*>(&exec_),
                             static_cast<ToolSource*>(&cron_), static_cast<ToolSource*>(&peers_), static_cast<ToolSource*>(&mcp_),
                             static_cast<ToolSource*>(&mcp)})
    box_.add(*source);
}

}  // namespace facio::serve
