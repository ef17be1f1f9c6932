// Logins at protected MCP servers, as far as they concern the registry.
#include "commands/facio/mcp/rules.hpp"
#include "commands/facio/mcp/server/connection.hpp"
#include "commands/facio/mcp/server/service.hpp"

namespace facio {

Result<McpLoginStarted> McpService::login(std::string_view agent, std::string_view name, const McpLogin& asked) {
  const auto config = config_for_login(agent, name);
  if (!config) return fail(config.error());
  return logins_.start(agent, name, *config->url, asked);
}

/// The entry, if it is one that a login is for.
Result<McpConfig> McpService::config_for_login(std::string_view agent, std::string_view name) {
  auto config = sound_config(name);
  const std::string shown(name);
  if (!config && config.error().code() == Code::rejected)
    return fail(Code::conflict, "the entry " + shown + " in mcp.json is invalid: " + config.error().message());
  if (!config) return config;
  if (mcp::blank(config->url))
    return fail(Code::conflict, "the MCP server " + shown + " is a program on the agent's machine, which needs no login");
  for (const auto& [header, value] : config->headers.value_or(std::map<std::string, std::string>{}))
    if (equals_ignoring_case(header, "Authorization"))
      return fail(Code::conflict,
                  "the MCP server " + shown + " has its own Authorization header, which would be sent instead of the login's",
                  "facioctl mcp get " + shown);
  const auto standing = agreements_.standing(agent, name, *config);
  if (!standing) return fail(standing.error());
  if (!standing->may_start()) return fail(Code::conflict, "the MCP server " + shown + " " + standing->told(name));
  return config;
}

Result<McpLoginState> McpService::finish_login(std::string_view agent, std::string_view name, const McpLoginFinish& given) {
  auto state = logins_.finish(agent, name, given);
  if (state && state->status == "ok")
    if (const auto connection = find(agent, name)) connection->wait_outcome(std::chrono::seconds(5));
  return state;
}

Result<McpLoginState> McpService::login_state(std::string_view agent, std::string_view name, std::string_view session) {
  return logins_.state(agent, name, session);
}

Result<McpServer> McpService::logout(std::string_view agent, std::string_view name) {
  auto known = get(agent, name);
  if (!known) return fail(std::move(known.error()));
  if (auto status = logins_.forget(agent, name); !status) return fail(std::move(status.error()));
  McpServer server = std::move(*known);
  if (!server.enabled) return server;
  return settled(agent, std::move(server), true);
}

}  // namespace facio
