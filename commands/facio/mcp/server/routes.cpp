// Routes of the mcp area.
#include <span>

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::mcp {
namespace {

using serve::Call;
using serve::Changed;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view name_of(const Call& call) { return call.arguments.text("name"); }

/// Names of fields only: the values of env and headers are secrets.
AuditEvent event_of(std::string_view name, std::string_view action, JsonRef body = {}) {
  std::optional<std::vector<std::string>> fields;
  for (std::size_t i = 0; i < body.size(); ++i)
    if (shape_of<McpConfig>.find(body.name_at(i)) != nullptr) (fields ? *fields : fields.emplace()).emplace_back(body.name_at(i));
  return change_event("mcp_change", std::string(action) + " " + std::string(name),
                      event_details("name", name, "action", action, "fields", fields));
}

Result<Changed> changed(Result<McpServer> server, std::string_view action, JsonRef body = {}) {
  if (!server) return fail(std::move(server.error()));
  AuditEvent event = event_of(server->name, action, body);
  return Changed{serve::reply_with(McpReply{.server = std::move(*server)}), {std::move(event)}};
}

void list(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call] { return serve::reply_of(runtime.mcp.list(call.agent)); });
}

void get(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond),
                          [&runtime, &call] { return serve::reply_of(runtime.mcp.get(call.agent, name_of(call))); });
}

void add(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond),
                          [&runtime, &call] { return changed(runtime.mcp.add(call.agent, call.body), "added", call.body); });
}

void update(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call] {
    return changed(runtime.mcp.update(call.agent, name_of(call), call.body), "updated", call.body);
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const auto deleted = runtime.mcp.remove(call.agent, name_of(call));
    if (!deleted) return fail(deleted.error());
    return Changed{serve::reply_with(*deleted), {event_of(deleted->name, "removed")}};
  });
}

void enable(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond),
                          [&runtime, &call] { return changed(runtime.mcp.switch_to(call.agent, name_of(call), true), "enabled"); });
}

void disable(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond),
                          [&runtime, &call] { return changed(runtime.mcp.switch_to(call.agent, name_of(call), false), "disabled"); });
}

void restart(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond),
                          [&runtime, &call] { return changed(runtime.mcp.restart(call.agent, name_of(call)), "restarted"); });
}

constexpr serve::Route kRoutes[] = {
    {.id = "mcp.list", .async = list},       {.id = "mcp.get", .async = get},         {.id = "mcp.add", .async = add},
    {.id = "mcp.update", .async = update},   {.id = "mcp.remove", .async = remove},   {.id = "mcp.enable", .async = enable},
    {.id = "mcp.disable", .async = disable}, {.id = "mcp.restart", .async = restart},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::mcp
