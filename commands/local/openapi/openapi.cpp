// facioctl openapi
#include "cli/command_line/client.hpp"

namespace facio::openapi {

Result<int> document(Client& client) {
  const System* named = find_system(client.invocation().value("system"));
  const System& system = named == nullptr ? default_system() : *named;
  return exit_code(client.streams().out.write(openapi_json(system, FACIOCTL_VERSION, client.invocation().global.target.url) + "\n"));
}

}  // namespace facio::openapi
