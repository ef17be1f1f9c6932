// What there is to declare, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/facio/agent/endpoints.hpp"
#include "commands/local/api/endpoints.hpp"
#include "commands/facio/approvals/endpoints.hpp"
#include "commands/facio/audit/endpoints.hpp"
#include "commands/local/auth/endpoints.hpp"
#include "commands/facio/channels/endpoints.hpp"
#include "commands/facio/chat/endpoints.hpp"
#include "commands/local/completion/endpoints.hpp"
#include "commands/local/config/endpoints.hpp"
#include "commands/local/context/endpoints.hpp"
#include "commands/facio/credentials/endpoints.hpp"
#include "commands/facio/cron/endpoints.hpp"
#include "commands/local/doctor/endpoints.hpp"
#include "commands/facio/health/endpoints.hpp"
#include "commands/local/help/endpoints.hpp"
#include "commands/facio/improvement/endpoints.hpp"
#include "commands/local/man/endpoints.hpp"
#include "commands/facio/mcp/endpoints.hpp"
#include "commands/local/openapi/endpoints.hpp"
#include "commands/facio/peers/endpoints.hpp"
#include "commands/placet/endpoints.hpp"
#include "commands/local/plugin/endpoints.hpp"
#include "commands/facio/policy/endpoints.hpp"
#include "commands/facio/providers/endpoints.hpp"
#include "commands/local/schema/endpoints.hpp"
#include "commands/facio/scripts/endpoints.hpp"
#include "commands/serve/endpoints.hpp"
#include "commands/facio/sessions/endpoints.hpp"
#include "commands/facio/settings/endpoints.hpp"
#include "commands/facio/skills/endpoints.hpp"
#include "commands/local/top/endpoints.hpp"
#include "commands/facio/usage/endpoints.hpp"
#include "commands/local/version/endpoints.hpp"
#include "commands/facio/versions/endpoints.hpp"
#include "commands/local/wait/endpoints.hpp"
#include "commands/facio/workspace/endpoints.hpp"

namespace facio {

Declarations declarations() {
  return {.endpoints = {health::kEndpoints,  agent::kEndpoints,       settings::kEndpoints,    cron::kEndpoints,      audit::kEndpoints,
                        usage::kEndpoints,   sessions::kEndpoints,    chat::kEndpoints,        workspace::kEndpoints, skills::kEndpoints,
                        scripts::kEndpoints, credentials::kEndpoints, providers::kEndpoints,   mcp::kEndpoints,       channels::kEndpoints,
                        policy::kEndpoints,  approvals::kEndpoints,   improvement::kEndpoints, versions::kEndpoints,  peers::kEndpoints,
                        context::kEndpoints, auth::kEndpoints,        plugin::kEndpoints,      placet::kEndpoints,    doctor::kEndpoints,
                        wait::kEndpoints,    top::kEndpoints,         api::kEndpoints,         serve::kEndpoints,     openapi::kEndpoints,
                        schema::kEndpoints,  completion::kEndpoints,  man::kEndpoints,         config::kEndpoints,    help::kEndpoints,
                        version::kEndpoints},
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
              {"context", "Named agents and how to reach them"},
              {"auth", "Tokens of contexts: where they live"},
              {"config", "The configuration file"},
              {"plugin", "Programs that are further commands"},
              {"placet", "Placet: its login, and the agents behind it"},
              {"openapi", "The interface as an OpenAPI document"},
          }};
}

}  // namespace facio
