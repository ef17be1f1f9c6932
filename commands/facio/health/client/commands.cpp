// facioctl health: with --exit-code it judges, too.
#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/health/shapes.hpp"

namespace facio::health {

Result<int> get(Client& client) {
  if (!client.invocation().is_set("exit_code")) return send_and_print(client);
  return with_json(client, client.request(), [&client](JsonDocument& reply) -> Result<int> {
    const auto health = from_json<Health>(reply.root());
    if (!health) return fail(Code::server, "the answer does not say how the agent is: " + health.error().message());
    auto printed = print_reply(client, *client.invocation().endpoint, reply.dump());
    if (!printed || health->status.value_or("ok") == "ok") return printed;
    return fail(Code::partial, "the agent is " + printable(*health->status), "facioctl doctor");
  });
}

}  // namespace facio::health
