// facioctl credentials expose, unexpose: the two directions of one endpoint.
#include "cli/command_line/client.hpp"

namespace facio::credentials {

Result<int> expose(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  auto body = JsonDocument::parse(request->body);
  if (!body) return fail(std::move(body.error()));
  if (!body->root().get("exposed")) body->set_boolean("exposed", true);
  request->body = body->dump();
  return send_and_print(client, *request);
}

Result<int> unexpose(Client& client) {
  const std::string key(client.invocation().value("key"));
  return send_and_print(client, client.request_to("credentials.expose", {{"key", key}}, R"({"exposed":false})"));
}

}  // namespace facio::credentials
