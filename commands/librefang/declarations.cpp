// What LibreFang's API declares, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/librefang/a2a/endpoints.hpp"
#include "commands/librefang/agents/endpoints.hpp"
#include "commands/librefang/approvals/endpoints.hpp"
#include "commands/librefang/audit/endpoints.hpp"
#include "commands/librefang/bindings/endpoints.hpp"
#include "commands/librefang/budget/endpoints.hpp"
#include "commands/librefang/channels/endpoints.hpp"
#include "commands/librefang/comms/endpoints.hpp"
#include "commands/librefang/config/endpoints.hpp"
#include "commands/librefang/cron/endpoints.hpp"
#include "commands/librefang/daemon/endpoints.hpp"
#include "commands/librefang/hands/endpoints.hpp"
#include "commands/librefang/health/endpoints.hpp"
#include "commands/librefang/hooks/endpoints.hpp"
#include "commands/librefang/integrations/endpoints.hpp"
#include "commands/librefang/mcp/endpoints.hpp"
#include "commands/librefang/memory/endpoints.hpp"
#include "commands/librefang/migrate/endpoints.hpp"
#include "commands/librefang/models/endpoints.hpp"
#include "commands/librefang/network/endpoints.hpp"
#include "commands/librefang/openai/endpoints.hpp"
#include "commands/librefang/pairing/endpoints.hpp"
#include "commands/librefang/plugins/endpoints.hpp"
#include "commands/librefang/providers/endpoints.hpp"
#include "commands/librefang/schedules/endpoints.hpp"
#include "commands/librefang/security/endpoints.hpp"
#include "commands/librefang/sessions/endpoints.hpp"
#include "commands/librefang/skills/endpoints.hpp"
#include "commands/librefang/system/endpoints.hpp"
#include "commands/librefang/talk/endpoints.hpp"
#include "commands/librefang/templates/endpoints.hpp"
#include "commands/librefang/triggers/endpoints.hpp"
#include "commands/librefang/usage/endpoints.hpp"
#include "commands/librefang/users/endpoints.hpp"
#include "commands/librefang/vault/endpoints.hpp"
#include "commands/librefang/workflows/endpoints.hpp"

namespace facio {
namespace {

constexpr Area kAreas[] = {
    {"health", "Whether the daemon works"},
    {"status", "What the daemon is doing"},
    {"version", "The daemon's version"},
    {"agents", "Agents: start, stop, change, talk"},
    {"uploads", "Files that were sent to agents"},
    {"sessions", "Sessions of all agents"},
    {"workflows", "Workflows: steps that agents do one after the other"},
    {"runs", "Runs of workflows"},
    {"triggers", "Triggers: what wakes an agent"},
    {"schedules", "Schedules: what agents are told at certain times"},
    {"cron", "Cron jobs: what agents do at certain times"},
    {"memory", "Memory: keys and values of agents"},
    {"memories", "Memories: what agents keep by themselves"},
    {"templates", "Templates of agents"},
    {"hands", "Hands: ready-made agents with tools and settings"},
    {"profiles", "Profiles: tools for a kind of work"},
    {"tools", "Tools that agents can be given"},
    {"commands", "Commands of the chat"},
    {"audit", "What happened, event by event"},
    {"logs", "Events as they happen"},
    {"daemon", "The daemon: end it, its figures, its queues"},
    {"peers", "Other daemons"},
    {"network", "How the daemon is connected to others"},
    {"channels", "How people reach the agents"},
    {"budget", "What agents, users and providers may cost"},
    {"usage", "What was used"},
    {"integrations", "Ready-made MCP servers"},
    {"mcp", "MCP servers, and the daemon as one"},
    {"a2a", "Other agents, by the A2A protocol"},
    {"comms", "What the agents say to each other"},
    {"approvals", "What agents may do only after a yes"},
    {"pairing", "Devices that belong to the daemon"},
    {"config", "The daemon's configuration"},
    {"catalog", "The catalogue of models"},
    {"backups", "Backups of the daemon"},
    {"bindings", "Which agent answers on which channel"},
    {"hooks", "What other programs tell the daemon"},
    {"models", "Models and their other names"},
    {"providers", "Providers of models, and their keys"},
    {"skills", "Skills of the agents"},
    {"marketplace", "Skills in the registry"},
    {"clawhub", "Skills on ClawHub"},
    {"security", "How the daemon protects itself"},
    {"migrate", "Bringing agents of another program"},
    {"openai", "The daemon as a provider of models"},
    {"whoami", "Whose key is used"},
    {"users", "Users and their keys"},
    {"groups", "Groups of users"},
    {"vault", "Names of the daemon's secrets"},
    {"plugins", "Plugins of the daemon"},
};

}  // namespace

Declarations declarations() {
  using namespace librefang;
  return {.system = "librefang",
          .endpoints = {health::kEndpoints,    system::kEndpoints,       agents::kEndpoints,  sessions::kEndpoints, workflows::kEndpoints,
                        triggers::kEndpoints,  schedules::kEndpoints,    cron::kEndpoints,    memory::kEndpoints,   templates::kEndpoints,
                        hands::kEndpoints,     daemon::kEndpoints,       network::kEndpoints, channels::kEndpoints, budget::kEndpoints,
                        usage::kEndpoints,     integrations::kEndpoints, mcp::kEndpoints,     a2a::kEndpoints,      comms::kEndpoints,
                        approvals::kEndpoints, pairing::kEndpoints,      config::kEndpoints,  bindings::kEndpoints, hooks::kEndpoints,
                        models::kEndpoints,    providers::kEndpoints,    skills::kEndpoints,  security::kEndpoints, migrate::kEndpoints,
                        openai::kEndpoints,    users::kEndpoints,        vault::kEndpoints,   plugins::kEndpoints,  talk::kEndpoints,
                        audit::kEndpoints},
          .areas = {std::begin(kAreas), std::end(kAreas)}};
}

}  // namespace facio
