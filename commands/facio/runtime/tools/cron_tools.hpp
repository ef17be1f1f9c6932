// Tools with which the agent plans its own jobs.
#pragma once

#include "commands/serve/store/store.hpp"
#include "commands/facio/runtime/tools/tool_group.hpp"

namespace facio {
class CronService;
}

namespace facio::serve {

/// cron_list, cron_add, cron_remove: by the rules of the management API, each change with an audit event cron_change of origin agent.
class CronTools final : public ToolGroup {
 public:
  CronTools(store::Store& store, CronService& cron);
};

}  // namespace facio::serve
