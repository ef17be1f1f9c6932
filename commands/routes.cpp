#include <span>

#include "commands/services.hpp"

namespace facio {

// One line for each area with a server half; its table is in the area's routes.cpp.
#define FACIO_AREAS(X)               \
  X(health, HealthService)           \
  X(settings, SettingsService)       \
  X(cron, CronService)               \
  X(audit, AuditService)             \
  X(credentials, CredentialsService) \
  X(providers, ProvidersService)     \
  X(channels, ChannelsService)       \
  X(sessions, SessionsService)       \
  X(usage, UsageService)             \
  X(policy, PolicyService)           \
  X(workspace, WorkspaceService)     \
  X(skills, SkillsService)           \
  X(mcp, McpService)                 \
  X(versions, VersionsService)       \
  X(improvement, ImprovementService) \
  X(peers, PeersService)             \
  X(agent, AgentService)             \
  X(approvals, ApprovalsService)     \
  X(chat, ChatService)

// NOLINTBEGIN(bugprone-macro-parentheses): the name of a type takes none
#define FACIO_DECLARE(area, Service)                 \
  namespace area {                                   \
  std::span<const serve::RouteOf<Service>> routes(); \
  }
FACIO_AREAS(FACIO_DECLARE)
#undef FACIO_DECLARE
// NOLINTEND(bugprone-macro-parentheses)

namespace serve {

std::vector<Route> all_routes(Services& services) {
  std::vector<Route> all;
#define FACIO_APPEND(area, Service) append_routes(all, services.area, area::routes());
  FACIO_AREAS(FACIO_APPEND)
#undef FACIO_APPEND
  return all;
}

}  // namespace serve
}  // namespace facio
