// facioctl config: the file as a whole.
#include "cli/command_line/client.hpp"
#include "cli/contexts/write_config.hpp"

namespace facio::config {

Result<int> path(Client& client) {
  const std::string found = config_path(client.environment(), client.invocation().global.config);
  if (auto status = client.streams().out.write(found + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

Result<int> view(Client& client) {
  auto config = load_config(config_path(client.environment(), client.invocation().global.config), client.environment());
  if (!config) return fail(std::move(config.error()));
  for (const std::string& warning : config->warnings) (void)client.streams().err.write("facioctl: warning: " + warning + "\n");
  if (auto status = client.streams().out.write(config_text(*config)); !status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::config
