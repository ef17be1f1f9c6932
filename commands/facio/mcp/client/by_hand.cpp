// facioctl mcp call, ping, check and logs: one MCP server by hand.

#include <algorithm>
#include <atomic>
#include <span>
#include <thread>

#include "cli/command_line/client.hpp"
#include "cli/command_line/declared.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
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

/// Asks further servers at the same time, each over a connection of its own. Nothing for a server whose answer is no plain one: it is asked
/// again by itself, so that what is said of it is as everywhere.
Result<std::vector<std::optional<McpPing>>> look_at_all(Client& client, std::span<const std::string> names) {
  constexpr std::size_t kMostAtOnce = 8;
  std::vector<std::optional<McpPing>> seen(names.size());
  std::vector<Request> requests;
  for (const std::string& name : names) {
    auto request = client.request_to("mcp.ping", {{"name", name}}).and_then([&](const Request& made) { return client.as_sent(made); });
    if (!request) return fail(std::move(request.error()));
    requests.push_back(std::move(*request));
  }
  std::atomic<std::size_t> next{0};
  const auto work = [&, target = client.http_target()] {
    HttpClient connection(target, {});
    for (std::size_t i = next++; i < requests.size(); i = next++) {
      const auto answer = connection.send(requests[i]);
      const auto reply = answer && answer->status == 200 ? JsonDocument::parse(answer->body) : fail(Code::failed, "no plain answer");
      const auto one = reply ? from_json<McpPing>(reply->root()) : Result<McpPing>(fail(Code::failed, "no plain answer"));
      if (one) seen[i] = *one;
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(kMostAtOnce, names.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return seen;
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
  // The first is asked alone: whether the agent takes the token, and has the route, is known then.
  McpChecks checks;
  std::vector<std::optional<McpPing>> together;
  for (std::size_t i = 0; i < names->size(); ++i) {
    if (i > 0 && i - 1 < together.size() && together[i - 1]) {
      checks.items.push_back(std::move(*together[i - 1]));
      continue;
    }
    auto seen = look_at(client, (*names)[i]);
    if (!seen) return fail(std::move(seen.error()));
    checks.items.push_back(std::move(*seen));
    if (i > 0 || names->size() == 1) continue;
    auto others = look_at_all(client, std::span(*names).subspan(1));
    if (!others) return fail(std::move(others.error()));
    together = std::move(*others);
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
      // After a restart of the agent its numbers begin anew.
      std::int64_t known = 0;
      (void)read_number(values["after"], known);
      if (const JsonRef last = reply->root().get("last"); last.is(JsonKind::integer) && last.integer() < known) values["after"] = "0";
    }
    values["limit"] = kMostLines;
    if (auto paused = pause_while_read(lines.size() == 0 ? kPauseMs : 0); !paused) return fail(std::move(paused.error()));
  }
}

}  // namespace facio::mcp
