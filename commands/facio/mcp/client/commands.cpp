// facioctl mcp add: NAME -- PROGRAM ARG…, or NAME --url ADDRESS.
#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/mcp/client/secrets.hpp"
#include "commands/facio/mcp/client/wait.hpp"
#include "commands/facio/mcp/rules.hpp"

namespace facio::mcp {
namespace {

tl::unexpected<Error> unusable(std::string why) { return fail(Code::usage, std::move(why), "facioctl mcp add -h"); }

/// Puts NAME and what follows it into the body.
Status take_words(const Invocation& invocation, JsonDocument& body) {
  const auto found = invocation.values.find("words");
  if (found == invocation.values.end()) return {};
  const std::vector<std::string>& words = found->second;
  if (body.root().get("name")) return unusable("NAME and --name exclude each other; give one of them");
  body.set_string("name", words.front());
  if (words.size() == 1) return {};
  if (body.root().get("command") || body.root().get("url"))
    return unusable("'" + printable(words[1]) + "' and --command or --server-url exclude each other");
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
  if (auto status = validate(body.root(), shape_of<McpAdd>, Direction::request); !status) {
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
  // With nothing else that tells where the server is, --url does; the agent is that of the context then.
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

}  // namespace facio::mcp
