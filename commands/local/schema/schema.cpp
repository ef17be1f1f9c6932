// facioctl schema
#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/help.hpp"
#include "commands/local/schema/commands.hpp"

namespace facio::schema {

Result<int> dump(Client& client) {
  std::string id;
  const Endpoint* only = nullptr;
  if (const auto found = client.invocation().values.find("id"); found != client.invocation().values.end()) {
    const std::vector<std::string>& words = found->second;
    const Endpoint* endpoint = catalogue().find(words[0]);
    if (endpoint == nullptr && words.size() <= 2)
      endpoint = find_command(words[0], words.size() > 1 ? words[1] : std::string_view{}).endpoint;
    if (endpoint == nullptr) return fail(unknown_command(words[0], words.size() > 1 ? words[1] : std::string_view{}));
    id = endpoint->id;
    only = endpoint;
  }
  const std::string json = client.invocation().value("commands") == "true" ? commands_json(only) : schema_json(id);
  if (auto status = client.streams().out.write(json + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::schema
