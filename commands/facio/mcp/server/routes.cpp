// Routes of the mcp area.
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/mcp/server/tools.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::mcp {
namespace {

using namespace serve;

/// Names of fields only: the values of env and headers are secrets.
AuditEvent event_of(std::string_view name, std::string_view action, JsonRef body = {}) {
  std::optional<std::vector<std::string>> fields;
  for (std::size_t i = 0; i < body.size(); ++i)
    if (shape_of<McpConfig>.find(body.name_at(i)) != nullptr) (fields ? *fields : fields.emplace()).emplace_back(body.name_at(i));
  return change_event("mcp_change", std::string(action) + " " + std::string(name),
                      event_details("name", name, "action", action, "fields", fields));
}

/// The reply to a change of a server, and its event, with the names of the fields in the body.
template <Name kAction>
Changed changed(const Call& call, McpServer server) {
  AuditEvent event = event_of(server.name, kAction.text, call.endpoint->body != nullptr ? call.body : JsonRef{});
  return {reply_with(McpReply{.server = std::move(server)}), {std::move(event)}};
}
AuditEvent removed(const McpDeleted& server) { return event_of(server.what, "removed"); }

/// The event is known before mcp.json is written.
McpService::Begin begins(OutsideChange& change, const Call& call, std::string_view name, std::string_view action) {
  AuditEvent event = event_of(name, action, call.endpoint->body != nullptr ? call.body : JsonRef{});
  return [&change, event = std::move(event)](std::string_view text) { return change.begin(event, {Trace::file("mcp.json", text)}); };
}

Result<McpServer> add(McpService& mcp, const Call& call, OutsideChange& change) {
  return mcp.add(call.agent, call.body, McpBy::api, begins(change, call, call.body.get("name").string(), "added"));
}
Result<McpServer> update(McpService& mcp, const Call& call, OutsideChange& change) {
  const std::string_view name = call.arguments.text("name");
  return mcp.update(call.agent, name, call.body, begins(change, call, name, "updated"));
}
Result<McpDeleted> remove(McpService& mcp, const Call& call, OutsideChange& change) {
  const std::string_view name = call.arguments.text("name");
  return mcp.remove(call.agent, name, begins(change, call, name, "removed"));
}
template <bool kOn>
Result<McpServer> switch_to(McpService& mcp, const Call& call, OutsideChange& change) {
  const std::string_view name = call.arguments.text("name");
  return mcp.switch_to(call.agent, name, kOn, McpBy::api, begins(change, call, name, kOn ? "enabled" : "disabled"));
}

/// Records which arguments were given, never their values, nor what came back. The call ends with its client.
void call_tool(McpService& mcp, Call& call, Respond respond) {
  auto cancel = std::make_shared<Cancel>();
  call.gone = [cancel] { cancel->cancel("the client has gone"); };
  record_from_pool(call, std::move(respond), [&mcp, &call, cancel]() -> Result<Changed> {
    const auto given = from_json<McpCall>(call.body);
    if (!given) return fail(given.error());
    const auto called = mcp.call_by_hand(call.agent, call.arguments.text("name"), call.arguments.text("tool"), *given, *cancel);
    if (!called) return fail(called.error());
    std::vector<std::string> names;
    if (given->arguments)
      for (const auto& [name, value] : *given->arguments) names.push_back(name);
    AuditEvent event;
    event.event = "tool_call";
    event.status = called->failed ? "error" : "ok";
    event.origin = "api";
    event.tool_name = mcp_other_name(called->server, called->tool);
    event.duration_ms = called->durationMs;
    event.message = "called by hand";
    event.details = event_details("arguments", names);
    return Changed{reply_with(*called), {std::move(event)}};
  });
}

/// The wait for a sign of life ends with its client.
void ping(McpService& mcp, Call& call, Respond respond) {
  auto cancel = std::make_shared<Cancel>();
  const auto work = [&mcp, &call, cancel]() -> Result<Reply> {
    const auto seen = mcp.ping(call.agent, call.arguments.text("name"), *cancel);
    if (!seen) return fail(seen.error());
    return reply_with(*seen);
  };
  answer_from_pool(call, std::move(respond), work, [cancel] { cancel->cancel("the client has gone"); });
}

}  // namespace

std::span<const RouteOf<McpService>> routes() {
  static constexpr RouteOf<McpService> kRoutes[] = {
      {"mcp.list", pool_read_of<&McpService::list>},
      {"mcp.get", pool_read_of<&McpService::get, "name">},
      {"mcp.add", change_of<add>.with<changed<"added">>},
      {"mcp.update", change_of<update>.with<changed<"updated">>},
      {"mcp.remove", change_of<remove>.with<removed>},
      {"mcp.enable", change_of<switch_to<true>>.with<changed<"enabled">>},
      {"mcp.disable", change_of<switch_to<false>>.with<changed<"disabled">>},
      {"mcp.restart", change_of<&McpService::restart, "name">.with<changed<"restarted">>},
      {"mcp.call", async_of<call_tool>},
      {"mcp.ping", async_of<ping>},
      {"mcp.logs", pool_read_of<&McpService::logs, "name", "after", "limit">},
      {"mcp.login", change_of<&McpService::login, "name">},
      {"mcp.finish", change_of<&McpService::finish_login, "name">},
      {"mcp.poll", pool_read_of<&McpService::login_state, "name", "session_id">},
      {"mcp.logout", change_of<&McpService::logout, "name">.with<changed<"logged out of">>},
      {"mcp.approve", change_of<&McpService::approve, "name">.with<changed<"approved">>},
  };
  return kRoutes;
}

}  // namespace facio::mcp
