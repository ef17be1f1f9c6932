// The commands of this program that are no endpoint of anything, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/local/api/endpoints.hpp"
#include "commands/local/auth/endpoints.hpp"
#include "commands/local/completion/endpoints.hpp"
#include "commands/local/config/endpoints.hpp"
#include "commands/local/context/endpoints.hpp"
#include "commands/local/doctor/endpoints.hpp"
#include "commands/local/help/endpoints.hpp"
#include "commands/local/man/endpoints.hpp"
#include "commands/local/openapi/endpoints.hpp"
#include "commands/local/plugin/endpoints.hpp"
#include "commands/local/schema/endpoints.hpp"
#include "commands/local/top/endpoints.hpp"
#include "commands/local/version/endpoints.hpp"
#include "commands/local/wait/endpoints.hpp"
#include "commands/serve/endpoints.hpp"

namespace facio {

Declarations declarations() {
  return {.endpoints = {context::kEndpoints, auth::kEndpoints, plugin::kEndpoints, doctor::kEndpoints, wait::kEndpoints, top::kEndpoints,
                        api::kEndpoints, serve::kCommands, openapi::kEndpoints, schema::kEndpoints, completion::kEndpoints, man::kEndpoints,
                        config::kEndpoints, help::kEndpoints, version::kEndpoints},
          .areas = {
              {"context", "Named agents and how to reach them"},
              {"auth", "Tokens of contexts: where they live"},
              {"config", "The configuration file"},
              {"plugin", "Programs that are further commands"},
          }};
}

}  // namespace facio
