// facioctl schema
#include "cli/catalogue/words.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/context_system.hpp"
#include "cli/command_line/help.hpp"
#include "commands/local/schema/commands.hpp"

namespace facio::schema {

Result<int> dump(Client& client) {
  const Endpoint* only = nullptr;
  if (const auto found = client.invocation().values.find("id"); found != client.invocation().values.end()) {
    const std::vector<std::string>& words = found->second;
    const GlobalOptions& global = client.invocation().global;
    const System* here = system_in_use(global.target, global.config, client.environment());
    const auto word = [&words](std::size_t at) { return at < words.size() ? std::string_view(words[at]) : std::string_view{}; };
    only = find_endpoint(words[0]);
    if (only == nullptr && words.size() <= 3) only = find_command(word(0), word(1), word(2), here).endpoint;
    if (only == nullptr) return fail(unknown_command(word(0), word(1), word(2), here));
  }
  const std::string json = client.invocation().value("commands") == "true" ? commands_json(only) : schema_json(only);
  if (auto status = client.streams().out.write(json + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::schema
