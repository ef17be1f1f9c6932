// The services of all areas, and what answers with them.
#pragma once

#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/approvals/server/service.hpp"
#include "commands/facio/audit/server/service.hpp"
#include "commands/facio/channels/server/service.hpp"
#include "commands/facio/chat/server/service.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/health/server/service.hpp"
#include "commands/facio/improvement/server/service.hpp"
#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/peers/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/facio/providers/server/service.hpp"
#include "commands/facio/runtime/a2a/surface.hpp"
#include "commands/facio/runtime/a2a/tasks.hpp"
#include "commands/facio/sessions/server/service.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/facio/skills/server/service.hpp"
#include "commands/facio/usage/server/service.hpp"
#include "commands/facio/versions/server/service.hpp"
#include "commands/facio/workspace/server/service.hpp"
#include "commands/serve/credentials.hpp"
#include "commands/serve/http/surface.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

/// A row for each area, under the area's name. In the order of their dependencies; destroyed in reverse.
struct Services {
  const ServiceContext& base;
  const Outbound& outbound;
  AgentTurn& turns;
  const AgentIdentity& identity;
  const ServeOptions& options;  ///< for building the services and mounting the surfaces

  AuditSigner& audit_signer;

  AuditService audit{base.store, base.clock, audit_signer};
  SettingsService& settings = base.settings;  // made before the others, which need it
  CronService cron{base.store, settings, base.clock};
  CredentialsService credentials{base};
  ProvidersService providers{base, outbound, credentials};
  ChannelsService channels{base};
  SessionsService sessions{base};
  HealthService health{base, sessions, audit_signer, identity.version};
  UsageService usage{base};
  PolicyService policy{base};
  ApprovalsService approvals{base, policy, credentials, options.approval_expiry_ms};
  WorkspaceService workspace{base};
  SkillsService skills{base};
  McpService mcp{base, credentials, outbound};
  VersionsService versions{base, cron, policy};
  ImprovementService improvement{base, versions};
  PeersService peers{base, outbound, credentials};
  AgentService agent{base, sessions, improvement, turns, identity};
  ChatService chat{base, turns, options.chat_timeout_ms};

  // For other agents.
  a2a::Tasks a2a{base, outbound, turns, credentials};
  A2aSurface a2a_surface{a2a, agent};
};

/// The routes of all areas that have a server half. An endpoint without one answers 503 `unavailable`.
std::vector<Route> all_routes(Services& services);
/// All surfaces that the server may show, system by system.
std::vector<Surface> all_surfaces(Services& services, const Credentials& credentials);

}  // namespace facio::serve
