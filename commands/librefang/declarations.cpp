// What LibreFang's API declares, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/librefang/agents/endpoints.hpp"
#include "commands/librefang/cron/endpoints.hpp"
#include "commands/librefang/hands/endpoints.hpp"
#include "commands/librefang/health/endpoints.hpp"
#include "commands/librefang/memory/endpoints.hpp"
#include "commands/librefang/schedules/endpoints.hpp"
#include "commands/librefang/sessions/endpoints.hpp"
#include "commands/librefang/system/endpoints.hpp"
#include "commands/librefang/templates/endpoints.hpp"
#include "commands/librefang/triggers/endpoints.hpp"
#include "commands/librefang/workflows/endpoints.hpp"

namespace facio {

Declarations declarations() {
  using namespace librefang;
  return {.system = "librefang",
          .endpoints = {health::kEndpoints, system::kEndpoints, agents::kEndpoints, sessions::kEndpoints, workflows::kEndpoints,
                        triggers::kEndpoints, schedules::kEndpoints, cron::kEndpoints, memory::kEndpoints, templates::kEndpoints,
                        hands::kEndpoints},
          .areas = {
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
          }};
}

}  // namespace facio
