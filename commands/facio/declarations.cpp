// What an agent's API declares, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/facio/agent/endpoints.hpp"
#include "commands/facio/approvals/endpoints.hpp"
#include "commands/facio/audit/endpoints.hpp"
#include "commands/facio/channels/endpoints.hpp"
#include "commands/facio/chat/endpoints.hpp"
#include "commands/facio/credentials/endpoints.hpp"
#include "commands/facio/cron/endpoints.hpp"
#include "commands/facio/health/endpoints.hpp"
#include "commands/facio/improvement/endpoints.hpp"
#include "commands/facio/manifest/endpoints.hpp"
#include "commands/facio/mcp/endpoints.hpp"
#include "commands/facio/peers/endpoints.hpp"
#include "commands/facio/policy/endpoints.hpp"
#include "commands/facio/providers/endpoints.hpp"
#include "commands/facio/runs/endpoints.hpp"
#include "commands/facio/scripts/endpoints.hpp"
#include "commands/facio/sessions/endpoints.hpp"
#include "commands/facio/settings/endpoints.hpp"
#include "commands/facio/skills/endpoints.hpp"
#include "commands/facio/usage/endpoints.hpp"
#include "commands/facio/versions/endpoints.hpp"
#include "commands/facio/workspace/endpoints.hpp"
#include "commands/serve/endpoints.hpp"

namespace facio {

Declarations declarations() {
  return {.system = "facio",
          .endpoints = {health::kEndpoints,   agent::kEndpoints,    settings::kEndpoints,    cron::kEndpoints,        audit::kEndpoints,
                        usage::kEndpoints,    runs::kEndpoints,     sessions::kEndpoints,    chat::kEndpoints,        workspace::kEndpoints,
                        skills::kEndpoints,   scripts::kEndpoints,  credentials::kEndpoints, providers::kEndpoints,   mcp::kEndpoints,
                        channels::kEndpoints, policy::kEndpoints,   approvals::kEndpoints,   improvement::kEndpoints, versions::kEndpoints,
                        peers::kEndpoints,    manifest::kEndpoints, serve::kEndpoints},
          .areas = {
              {"health", "Check the agent's health"},
              {"agent", "The agent as a whole: status, restart, its card"},
              {"settings", "Models, limits and behaviour of the agent"},
              {"cron", "Scheduled jobs"},
              {"audit", "What happened, event by event"},
              {"usage", "Tokens, tool calls and time"},
              {"runs", "Runs: what the agent was asked, and how it ended"},
              {"sessions", "Conversations and their history"},
              {"chat", "Talk to the agent"},
              {"workspace", "The agent's files"},
              {"skills", "Skills of the agent"},
              {"scripts", "Scripts in the workspace"},
              {"credentials", "Secrets for tools and configuration"},
              {"providers", "Model providers: keys, addresses, logins"},
              {"mcp", "Servers that give the agent tools"},
              {"channels", "Where people reach the agent"},
              {"policy", "Which tool calls are allowed"},
              {"approvals", "Tool calls that wait for a person"},
              {"improvement", "The agent's proposals for improving itself"},
              {"versions", "Recorded states of the agent"},
              {"peers", "Other agents that this agent may call"},
              {"openapi", "The API as an OpenAPI document"},
          }};
}

}  // namespace facio
