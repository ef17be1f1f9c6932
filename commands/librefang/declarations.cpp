// What LibreFang's API declares, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/librefang/agents/endpoints.hpp"
#include "commands/librefang/audit/endpoints.hpp"
#include "commands/librefang/health/endpoints.hpp"
#include "commands/librefang/talk/endpoints.hpp"

namespace facio {

Declarations declarations() {
  using namespace librefang;
  return {.system = "librefang",
          .endpoints = {health::kEndpoints, agents::kEndpoints, talk::kEndpoints, audit::kEndpoints},
          .areas = {
              {"health", "Whether the daemon works"},
              {"status", "What the daemon is doing"},
              {"version", "The daemon's version"},
              {"agents", "Agents: start, stop, change, talk"},
              {"audit", "What happened, event by event"},
              {"logs", "Events as they happen"},
          }};
}

}  // namespace facio
