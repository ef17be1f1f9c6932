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
#include "commands/facio/mcp/endpoints.hpp"
#include "commands/facio/peers/endpoints.hpp"
#include "commands/facio/policy/endpoints.hpp"
#include "commands/facio/providers/endpoints.hpp"
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
          .endpoints = {health::kEndpoints,  agent::kEndpoints,       settings::kEndpoints,    cron::kEndpoints,      audit::kEndpoints,
                        usage::kEndpoints,   sessions::kEndpoints,    chat::kEndpoints,        workspace::kEndpoints, skills::kEndpoints,
                        scripts::kEndpoints, credentials::kEndpoints, providers::kEndpoints,   mcp::kEndpoints,       channels::kEndpoints,
                        policy::kEndpoints,  approvals::kEndpoints,   improvement::kEndpoints, versions::kEndpoints,  peers::kEndpoints,
                        serve::kEndpoints},
          .areas = {
              {"health", "Whether the agent is well"},
              {"agent", "The agent as a whole: status, restart, its card"},
              {"settings", "How the agent works: models, limits, behaviour"},
              {"cron", "Jobs that run by the clock"},
              {"audit", "What happened, event by event"},
              {"usage", "Tokens, tool calls and time"},
              {"sessions", "Conversations and their history"},
              {"chat", "Talk to the agent"},
              {"workspace", "The agent's files"},
              {"skills", "What the agent has learned to do"},
              {"scripts", "Scripts in the workspace"},
              {"credentials", "Secrets for tools and configuration"},
              {"providers", "Providers of models: keys, addresses, logins"},
              {"mcp", "Servers that give the agent tools"},
              {"channels", "Where people reach the agent"},
              {"policy", "Which tool calls are allowed"},
              {"approvals", "Tool calls that wait for a person"},
              {"improvement", "Proposals of the agent to improve itself"},
              {"versions", "Recorded states of the agent"},
              {"peers", "Other agents that this one may call"},
              {"openapi", "The interface as an OpenAPI document"},
          }};
}

}  // namespace facio
