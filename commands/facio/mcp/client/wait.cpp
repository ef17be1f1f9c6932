#include "commands/facio/mcp/client/wait.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kFirstPauseMs = 50, kLongestPauseMs = 1000;

/// The server as it is when it is connected, or when the time is over.
Result<JsonDocument> settled(Client& client, const std::string& name, milliseconds longest) {
  const auto end = steady_clock::now() + longest;
  for (int pause = kFirstPauseMs;; pause = std::min(pause * 2, kLongestPauseMs)) {
    auto server = client.ask("mcp.get", {{"name", name}});
    if (!server) return server;
    const JsonRef connected = server->root().get("connected");
    const bool is = connected.is(JsonKind::boolean) && connected.boolean();
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now()).count();
    if (is || left <= 0) {
      server->erase("config");  // what the command itself answers has none
      server->erase("toolDetails");
      return server;
    }
    ::poll(nullptr, 0, static_cast<int>(std::min<std::int64_t>(pause, left)));
  }
}

}  // namespace

Result<int> send_and_wait(Client& client, const Request& request) {
  const Invocation& invocation = client.invocation();
  if (!invocation.given("wait_for")) return send_and_print(client, request);
  auto longest = parse_duration(invocation.value("wait_for"));
  if (!longest) return fail(Error(Code::usage, "--wait-for: " + longest.error().message()).with_field("wait-for"));
  auto response = show_or_send(client, request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  auto reply = json_of(**response);
  if (!reply) return fail(std::move(reply.error()));
  auto named = from_json<McpReply>(reply->root());
  if (!named || !named->server) return print_reply(client, **response);  // an older agent, which tells nothing
  auto server = settled(client, named->server->name, milliseconds(*longest));
  if (!server) return fail(std::move(server.error()));
  const auto now = from_json<McpServer>(server->root());
  if (!now) return fail(now.error());
  Response last = **response;
  last.body = R"({"server":)" + server->dump() + "}";
  auto printed = print_reply(client, last);
  if (!printed || now->connected) return printed;
  return fail(Code::timeout,
              "the MCP server " + printable(now->name) + " is not connected: " + printable(now->error.value_or("no reason was given")),
              "facioctl mcp get " + printable(now->name));
}

/// mcp enable, mcp restart: with --wait-for they wait.
Result<int> connect(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  return send_and_wait(client, *request);
}

}  // namespace facio::mcp
