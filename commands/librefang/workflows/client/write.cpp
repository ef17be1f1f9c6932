// facioctl librefang workflows create and update: the daemon takes the name of an agent that does not exist, and fails when it is run.
#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/core/utf8.hpp"

namespace facio::librefang {
namespace {

/// A sentence for each step whose agent does not exist.
std::vector<std::string> doubts(JsonRef steps, JsonRef agents) {
  const auto exists = [&](const char* member, const std::string& value) {
    for (std::size_t at = 0; at < agents.size(); ++at)
      if (agents.at(at).get(member).text() == value) return true;
    return false;
  };
  std::vector<std::string> found;
  for (std::size_t at = 0; at < steps.size(); ++at) {
    const JsonRef step = steps.at(at);
    const std::string &id = step.get("agent_id").text(), &name = step.get("agent_name").text();
    if ((!id.empty() && exists("id", id)) || (!name.empty() && exists("name", name))) continue;
    if (id.empty() && name.empty()) continue;
    found.push_back("step '" + printable(step.get("name").text()) + "': there is no agent '" + printable(name.empty() ? id : name) +
                    "'; a run will fail there");
  }
  return found;
}

}  // namespace

Result<int> write_workflow(Client& client) {
  const Invocation& invocation = client.invocation();
  auto done = send_and_print(client);
  const JsonRef steps = invocation.body.root().get("steps");
  if (!done || steps.size() == 0 || invocation.global.only_shows()) return done;
  // The workflow is there: that the agents cannot be listed changes nothing.
  if (const auto agents = client.ask("librefang.agents.list", {{"limit", "500"}})) warn(client, doubts(steps, agents->root().get("items")));
  return done;
}

}  // namespace facio::librefang
