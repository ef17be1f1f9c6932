// facioctl placet agents, set-management and others: the agents that Placet manages, mostly by an API key.
#include "cli/command_line/client.hpp"

#include "cli/command_line/sources.hpp"
#include "cli/command_line/terminal_input.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/time.hpp"
#include "cli/core/validate.hpp"
#include "cli/output/render.hpp"

namespace facio::placet {
namespace {

constexpr std::string_view kKeyHeader = "x-api-key: ", kBearer = "Authorization: Bearer ";
constexpr const char* kAgentsByKey = "/api/v1/agents";

/// A secret from a local flag, else from the environment, else prompted for; the mask when requests are only shown.
Result<Secret> secret_of(Client& client, std::string_view flag, std::string_view what, std::optional<Variable> variable = {}) {
  const Invocation& invocation = client.invocation();
  if (invocation.given(flag)) return Secret(std::string(invocation.value(flag)));
  if (variable && !client.environment().get(*variable).empty()) return Secret(std::string(client.environment().get(*variable)));
  if (invocation.global.only_shows()) return Secret(std::string(kMask));
  const auto missing = [&](const std::string& why) {
    const std::string stem = "--" + kebab(flag);
    return fail(Error(Code::usage, why)
                    .with_field(stem + "-file")
                    .with_hint(stem + "-file FILE, " + stem + "-env VAR, " + stem + "-fd N or " + stem + "-stdin"));
  };
  const std::string name(what);
  if (!client.streams().in.is_terminal() || !client.streams().err.is_terminal()) return missing("the " + name + " is missing");
  auto typed = read_hidden_line(name + " (not shown): ", client.streams());
  if (!typed) return fail(std::move(typed.error()));
  if (typed->empty()) return missing("no " + name + " was typed");
  return Secret(std::move(*typed));
}

/// Sends the requests of one command with an API key.
class KeyedClient {
 public:
  /// Takes the key from a flag, the environment or the terminal.
  static Result<KeyedClient> make(Client& client) {
    return secret_of(client, "api_key", "Placet API key", Variable::placet_api_key).map([&](Secret&& key) {
      client.identify_by(key, kKeyHeader);
      return KeyedClient(client, std::move(key));
    });
  }

  /// Shows or sends, with the key in the documented header, then in the one that some versions expect.
  Result<std::optional<Response>> send(const Request& request) {
    auto response = show_or_send(client_, request);
    if (response || response.error().http() != 401) return response;
    client_.identify_by(key_, kBearer);
    response = show_or_send(client_, request);
    if (response || response.error().http() != 401) return response;
    const Error& from = response.error();
    return fail(Error(Code::unauthenticated, "Placet refused the API key; a key begins with hp_")
                    .with_hint("--api-key-file FILE, or PLACET_API_KEY in the environment")
                    .with_http(from.http(), from.method(), from.path(), from.request_id()));
  }

  Result<int> send_and_print(const Result<Request>& request) {
    if (!request) return fail(request.error());
    const auto response = send(*request);
    if (!response) return fail(response.error());
    return *response ? print_reply(client_, **response) : 0;
  }

 private:
  KeyedClient(Client& client, Secret key) : client_(client), key_(std::move(key)) {}

  Client& client_;
  Secret key_;
};

/// The named agent, else that of the context.
Result<std::string> agent_of(Client& client, std::string named) {
  if (!named.empty()) return named;
  auto target = client.target();
  if (!target) return fail(std::move(target.error()));
  if (!(*target)->context.agent.empty()) return (*target)->context.agent;
  return fail(
      Error(Code::usage, "no agent was given, neither here nor by the context").with_field("AGENT").with_hint("facioctl placet agents"));
}

/// Rewrites an error about the body to name the flag.
Error naming_the_flag(const std::vector<CommandFlag>& flags, const Error& error) {
  for (const CommandFlag& flag : flags) {
    if (!flag.in_body || flag.path != error.field() || flag.role == FlagRole::secret_literal) continue;
    const std::string shown = "--" + flag.name;
    std::string message = error.message();
    if (message.starts_with(flag.path)) message = shown + message.substr(flag.path.size());
    return Error(Code::usage, std::move(message)).with_field(shown);
  }
  return Error(Code::usage, error.message()).with_field(error.field());
}

/// The command's request, with the agent of the context where none was named, and a prompt for a missing secret.
Result<Request> completed_request(Client& client) {
  const Invocation& invocation = client.invocation();
  const Endpoint& endpoint = *invocation.endpoint;
  auto request = client.request();
  if (!request) return request;
  JsonDocument body = JsonDocument::object();
  body.merge(invocation.body.root());
  const std::string typed_agent(invocation.value("agent"));
  auto agent = agent_of(client, typed_agent.empty() ? body.root().get("channelId").text() : typed_agent);
  if (!agent) return fail(std::move(agent.error()));
  body.set_string("channelId", *agent);
  if (body.root().get("parentChannelId") && !body.root().get("isSubagent")) body.set_boolean("isSubagent", true);
  const auto flags = command_flags(endpoint);
  const CommandFlag* secret = asked_secret(flags);
  if (secret != nullptr && !body.root().get(secret->path) && body.root().size() + 1 == endpoint.body->fields.size()) {
    Sources sources{client.streams(), client.environment(), {}, invocation.global.target.token_stdin};
    auto typed = ask_secret(sources, endpoint, *secret);
    if (!typed) return fail(std::move(typed.error()));
    body.set_string(secret->path, *typed);
    request->secrets.push_back(std::move(*typed));
  }
  if (auto status = validate(body.root(), *endpoint.body, Direction::sent); !status)
    return fail(naming_the_flag(flags, status.error()).with_hint("facioctl placet " + std::string(endpoint.verb()) + " -h"));
  request->has_body = true;
  request->body = body.dump();
  return request;
}

/// The agents in a reply, each with `manageable`.
Result<std::string> with_marks(const Response& response) {
  auto list = json_of(response);
  if (!list) return fail(std::move(list.error()));
  const JsonRef agents = list->root().kind() == JsonKind::array ? list->root() : list->root().get("items");
  if (!agents.is(JsonKind::array)) return fail(Code::server, "Placet's answer is not a list of agents");
  std::string text = R"({"items":[)";
  for (std::size_t i = 0; i < agents.size(); ++i) {
    JsonDocument one = JsonDocument::object();
    one.merge(agents.at(i));
    const JsonRef part = one.root().get("isSubagent");
    const bool subagent = part.is(JsonKind::boolean) && part.boolean();
    one.set_boolean("manageable", !subagent && !one.root().get("managementUrl").text().empty());
    text += (i == 0 ? "" : ",") + one.dump();
  }
  return text + "]}";
}

}  // namespace

Result<int> agents(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  Result<std::optional<Response>> response;
  if (client.invocation().given("api_key")) {
    auto keyed = KeyedClient::make(client);
    if (!keyed) return fail(std::move(keyed.error()));
    request->target = kAgentsByKey;
    response = keyed->send(*request);
  } else {
    response = show_or_send(client, *request);
  }
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  return with_marks(**response).and_then([&](const std::string& marked) {
    return print_reply(client, *client.invocation().endpoint, marked);
  });
}

/// set-management, set-webhook, set-subagent, delete-webhook: the command's own request, by API key.
Result<int> change(Client& client) {
  auto keyed = KeyedClient::make(client);
  if (!keyed) return fail(std::move(keyed.error()));
  const auto request = completed_request(client);
  const Endpoint& endpoint = *client.invocation().endpoint;
  if (request && endpoint.effect == Effect::destructive)
    if (auto status = client.confirm(std::string(endpoint.summary)); !status) return fail(std::move(status.error()));
  return keyed->send_and_print(request);
}

Result<int> clear(Client& client) {
  auto keyed = KeyedClient::make(client);
  if (!keyed) return fail(std::move(keyed.error()));
  const auto agent = agent_of(client, std::string(client.invocation().value("agent")));
  if (!agent) return fail(agent.error());
  if (auto status = client.confirm("Make Placet forget the address and token of agent " + printable(*agent)); !status)
    return fail(std::move(status.error()));
  JsonDocument body = JsonDocument::object();
  body.set_string("channelId", *agent);
  body.set_null("url");
  body.set_null("apiKey");
  return keyed->send_and_print(client.request_to("placet.set-management", {}, body.dump()));
}

Result<int> rotate(Client& client) {
  auto keyed = KeyedClient::make(client);
  if (!keyed) return fail(std::move(keyed.error()));
  const auto agent = agent_of(client, std::string(client.invocation().value("agent")));
  if (!agent) return fail(agent.error());
  Request list;
  list.method = "GET";
  list.target = kAgentsByKey;
  const auto known = keyed->send(list);
  if (!known) return fail(known.error());
  // The second request depends on the reply to the first.
  if (!*known)
    return note(client, "# then POST /api/v1/agents/setManagement with the address from there and the new token").map([] { return 0; });
  const auto agents = json_of(**known);
  if (!agents) return fail(agents.error());
  std::optional<std::string> url;
  for (std::size_t i = 0; i < agents->root().size(); ++i)
    if (const JsonRef one = agents->root().at(i); one.get("id").text() == *agent) url = one.get("managementUrl").text();
  if (!url) return fail(Code::not_found, "Placet has no agent " + printable(*agent) + " of this user", "facioctl placet agents");
  if (url->empty())
    return fail(Code::not_found, "Placet has no address for managing agent " + printable(*agent),
                "facioctl placet set-management " + printable(*agent) + " --management-url URL");
  const auto token = secret_of(client, "management_token", "new management token of the agent");
  if (!token) return fail(token.error());
  JsonDocument body = JsonDocument::object();
  body.set_string("channelId", *agent);
  body.set_string("url", *url);
  body.set_string("apiKey", token->reveal());
  auto request = client.request_to("placet.set-management", {}, body.dump());
  if (request) request->secrets.emplace_back(token->reveal());
  return keyed->send_and_print(request);
}

}  // namespace facio::placet
