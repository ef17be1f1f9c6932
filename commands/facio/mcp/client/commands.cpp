// facioctl mcp add, enable and restart, and waiting for the connection that they make.
#include <algorithm>
#include <chrono>

#include "cli/command_line/client.hpp"
#include "cli/command_line/patience.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/mcp/client/secrets.hpp"
#include "commands/facio/mcp/rules.hpp"

namespace facio::mcp {
namespace {

using std::chrono::milliseconds;

tl::unexpected<Error> unusable(std::string why) { return fail(Code::usage, std::move(why), "facioctl mcp add -h"); }

/// The server once it is connected, or when time is up.
Result<JsonDocument> settled(Client& client, const std::string& name, Patience& patience) {
  const Waiting waiting(client, {.what = "waiting for the MCP server " + name + " to connect",
                                 .ending = "it goes on connecting if this command is stopped",
                                 .is_long = Waiting::kAtOnce});
  for (;; patience.pause()) {
    auto server = client.ask("mcp.get", {{"name", name}});
    if (!server) return server;
    const JsonRef connected = server->root().get("connected");
    const bool is = connected.is(JsonKind::boolean) && connected.boolean();
    if (is || patience.is_over()) {
      server->erase("config");  // not in the replies of the commands
      server->erase("toolDetails");
      return server;
    }
  }
}

/// Sends a request whose reply is a server. With --wait-for it then asks until the server is connected, and prints its last state;
/// Code::timeout with the server's error when that does not happen in time.
Result<int> send_and_wait(Client& client, const Request& request) {
  const Invocation& invocation = client.invocation();
  if (!invocation.given("wait_for")) return send_and_print(client, request);
  auto longest = parse_duration(invocation.value("wait_for"));
  if (!longest) return fail(Error(Code::usage, "--wait-for: " + longest.error().message()).with_field("wait-for"));
  Patience patience{milliseconds(*longest)};  // the agent itself waits some seconds before it answers
  auto response = show_or_send(client, request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  auto reply = json_of(**response);
  if (!reply) return fail(std::move(reply.error()));
  auto named = from_json<McpReply>(reply->root());
  if (!named || !named->server) return print_reply(client, **response);  // an older agent
  auto server = settled(client, named->server->name, patience);
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

/// Puts NAME and the words after it into the body: NAME -- PROGRAM ARG…, or NAME ADDRESS.
Status take_words(const Invocation& invocation, JsonDocument& body) {
  const auto found = invocation.values.find("words");
  if (found == invocation.values.end()) return {};
  const std::vector<std::string>& words = found->second;
  if (body.root().get("name")) return unusable("NAME and --name cannot be combined; give one of them");
  body.set_string("name", words.front());
  if (words.size() == 1) return {};
  if (body.root().get("command") || body.root().get("url"))
    return unusable("'" + printable(words[1]) + "' and --command or --server-url cannot be combined");
  if (words.size() == 2 && words[1].find("://") != std::string::npos) {
    body.set_string("url", words[1]);
    return {};
  }
  body.set_string("command", words[1]);
  JsonDocument arguments = JsonDocument::object();
  for (std::size_t i = 2; i < words.size(); ++i) arguments.append_string("args", words[i]);
  if (const JsonRef more = body.root().get("args"))
    for (std::size_t i = 0; i < more.size(); ++i) arguments.append_string("args", more.at(i).string());
  if (const JsonRef args = arguments.root().get("args")) body.set("args", args);
  return {};
}

Result<int> send(Client& client, const JsonDocument& body) {
  if (auto status = validate(body.root(), shape_of<McpAdd>, Direction::sent); !status) {
    const std::string& field = status.error().field();
    if (field == "name" && !body.root().get("name")) return unusable("`mcp add` needs NAME, the name of the server");
    return fail(Error(Code::usage, status.error().message()));
  }
  const auto config = from_json<McpConfig>(body.root());
  if (!config) return fail(Error(Code::usage, config.error().message()));
  if (auto status = check_config(*config); !status) return unusable(status.error().message());
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  request->body = body.dump();
  request->has_body = true;
  for (std::string& value : warn_of_secrets(client, *config)) request->secrets.push_back(std::move(value));
  return send_and_wait(client, *request);
}

}  // namespace

Result<int> add(Client& client) {
  const Invocation& given = client.invocation();
  auto body = JsonDocument::parse(given.body.root().is_null() ? "{}" : given.body.dump());
  if (!body) return fail(std::move(body.error()));
  if (auto status = take_words(given, *body); !status) return fail(std::move(status.error()));
  // Without another address of the server, --url is meant as one, and the context chooses the agent.
  const bool server_url = !body->root().get("command") && !body->root().get("url") && !given.global.target.url.empty();
  if (!server_url) return send(client, *body);
  body->set_string("url", given.global.target.url);
  Invocation own;
  own.endpoint = given.endpoint;
  own.global = given.global;
  own.global.target.url.clear();
  own.values = given.values;
  own.has_body = true;
  own.secrets = given.secrets;
  Client other(own, client.streams(), client.environment());
  return send(other, *body);
}

/// mcp enable, mcp restart.
Result<int> connect(Client& client) {
  return client.request().and_then([&client](const Request& request) { return send_and_wait(client, request); });
}

}  // namespace facio::mcp
