// facioctl credentials expose, unexpose: the two directions of one endpoint.
#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/client.hpp"
#include "cli/core/percent.hpp"
#include "cli/output/render.hpp"

namespace facio::credentials {
namespace {

/// Sends the change and prints the secret as it is now.
Result<int> send(Client& client, const Request& request) {
  auto response = show_or_send(client, request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  const Invocation& invocation = client.invocation();
  if (auto status = render(*invocation.endpoint, (*response)->body, invocation.global.output, client.streams()); !status)
    return fail(std::move(status.error()));
  return 0;
}

}  // namespace

Result<int> expose(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  auto body = JsonDocument::parse(request->body);
  if (!body) return fail(std::move(body.error()));
  if (!body->root().get("exposed")) body->set_boolean("exposed", true);
  request->body = body->dump();
  return send(client, *request);
}

Result<int> unexpose(Client& client) {
  Request request;
  request.endpoint = find_endpoint("credentials.expose");
  request.method = "PUT";
  request.target = "/api/v1/credentials/" + percent_encode(client.invocation().value("key")) + "/exposed";
  request.has_body = true;
  request.body = R"({"exposed":false})";
  request.idempotent = true;
  if (client.invocation().global.timeout_ms != 0) request.timeout_ms = client.invocation().global.timeout_ms;
  return send(client, request);
}

}  // namespace facio::credentials
