// facioctl mcp call, ping, check and logs: one MCP server by hand.

#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/command_line/declared.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/text_lines.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {
namespace {

/// Longer than any tool may take, so that the agent's own time-out is reported.
constexpr int kCallTimeoutMs = 65 * 60 * 1000;
constexpr int kPauseMs = 500;  // between two looks at a log
constexpr std::string_view kMostLines = "1000";

/// An agent without this route tells at least whether it is connected.
Result<McpPing> look_at(Client& client, const std::string& name) {
  auto pinged = client.ask("mcp.ping", {{"name", name}});
  if (pinged) return from_json<McpPing>(pinged->root());
  if (pinged.error().code() != Code::unsupported) return fail(std::move(pinged.error()));
  const auto server =
      client.ask("mcp.get", {{"name", name}}).and_then([](const JsonDocument& reply) { return from_json<McpServer>(reply.root()); });
  if (!server) return fail(server.error());
  McpPing seen{.name = server->name, .ok = server->connected};
  if (seen.ok) seen.tools = static_cast<std::int64_t>(server->tools.size());
  else seen.error = !server->enabled ? "switched off" : server->error.value_or("not connected");
  return seen;
}

/// The servers that the command names, or all that are switched on.
Result<std::vector<std::string>> wanted(Client& client) {
  const Invocation& invocation = client.invocation();
  if (const auto given = invocation.values.find("servers"); given != invocation.values.end()) return given->second;
  const auto servers = client.ask("mcp.list").and_then([](const JsonDocument& list) { return from_json<McpList>(list.root()); });
  if (!servers) return fail(servers.error());
  std::vector<std::string> names;
  for (const McpServer& one : servers->items)
    if (one.enabled) names.push_back(one.name);
  return names;
}

Result<int> judged(std::int64_t silent, std::size_t asked) {
  if (silent == 0) return 0;
  return fail(Code::partial,
              std::to_string(silent) + " of " + std::to_string(asked) + " MCP servers " + (silent == 1 ? "does" : "do") + " not answer",
              "facioctl mcp logs NAME");
}

}  // namespace

Result<int> call(Client& client) {
  auto request = client.request();
  if (request && client.invocation().global.timeout_ms == 0) request->timeout_ms = kCallTimeoutMs;
  return with_json(client, request, [&client](JsonDocument& reply) -> Result<int> {
    const auto called = from_json<McpCalled>(reply.root());
    if (!called) return fail(called.error());
    const GlobalOptions& global = client.invocation().global;
    auto printed = global.output_given ? print_reply(client, *client.invocation().endpoint, reply.dump())
                                       : exit_code(client.streams().out.write(text_lines(called->text, global.output.terminal)));
    if (!printed || !called->failed) return printed;
    return fail(Code::failed, "the tool " + printable(called->tool) + " of " + printable(called->server) + " failed, and says why above");
  });
}

Result<int> ping(Client& client) {
  return with_json(client, client.request(), [&client](JsonDocument& reply) -> Result<int> {
    const auto seen = from_json<McpPing>(reply.root());
    if (!seen) return fail(seen.error());
    auto printed = print_reply(client, *client.invocation().endpoint, reply.dump());
    return printed ? judged(seen->ok ? 0 : 1, 1) : printed;
  });
}

Result<int> check(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "mcp.list");
  const auto names = wanted(client);
  if (!names) return fail(names.error());
  McpChecks checks;
  for (const std::string& name : *names) {
    auto seen = look_at(client, name);
    if (!seen) return fail(std::move(seen.error()));
    checks.items.push_back(std::move(*seen));
  }
  auto printed = print_reply(client, *client.invocation().endpoint, to_json(checks));
  if (!printed) return printed;
  return judged(std::ranges::count(checks.items, false, &McpPing::ok), checks.items.size());
}

Result<int> logs(Client& client) {
  const Invocation& invocation = client.invocation();
  if (!invocation.is_set("follow") || invocation.global.only_shows()) return send_and_print(client);
  OutputOptions output = output_of(client);
  if (output.format == OutputFormat::json) output.format = OutputFormat::ndjson;  // a document has an end
  Client::Values values{{"name", std::string(invocation.value("name"))}, {"limit", std::string(given_or_default(invocation, "limit"))}};
  if (invocation.given("after")) values["after"] = std::string(invocation.value("after"));
  while (true) {
    const auto reply = client.ask("mcp.logs", values);
    if (!reply) return fail(reply.error());
    const JsonRef lines = reply->root().get("items");
    if (lines.size() != 0) {
      if (auto printed = print_as(client, *invocation.endpoint, reply->dump(), output); !printed) return fail(std::move(printed.error()));
      if (auto flushed = client.streams().out.flush(); !flushed) return fail(std::move(flushed.error()));
      output.headers = false;
      values["after"] = std::to_string(lines.at(lines.size() - 1).get("seq").integer());
    } else {
      values.try_emplace("after", "0");
    }
    values["limit"] = kMostLines;
    if (auto paused = pause_while_read(lines.size() == 0 ? kPauseMs : 0); !paused) return fail(std::move(paused.error()));
  }
}

}  // namespace facio::mcp
