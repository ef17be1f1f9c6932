// facioctl openapi
#include "cli/command_line/client.hpp"

namespace facio::openapi {

Result<int> document(Client& client) {
  const System* named = find_system(client.invocation().value("system"));
  const System& system = named == nullptr ? default_system() : *named;
  if (auto status = client.streams().out.write(openapi_json(system, FACIOCTL_VERSION, client.invocation().global.target.url) + "\n");
      !status)
    return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::openapi
