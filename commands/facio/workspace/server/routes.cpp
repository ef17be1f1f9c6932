// Routes of the workspace area.
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/workspace/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::workspace {
namespace {

using namespace serve;

AuditEvent event_of(std::string_view path, std::string_view action, std::optional<std::int64_t> size) {
  return change_event("workspace_change", std::string(action) + " " + std::string(path),
                      event_details("path", path, "action", action, "size", size));
}
AuditEvent written(const WorkspaceWritten& file) { return event_of(file.path, file.created ? "created" : "replaced", file.size); }
AuditEvent deleted(const WorkspaceDeleted& file) { return event_of(file.what, "deleted", std::nullopt); }

void tree(WorkspaceService& workspace, Call& call, Respond respond) {
  answer_in_parts(call, std::move(respond),
                  [&workspace, &call] { return workspace.tree(call.arguments.text("path"), call.arguments.integer("depth", 0)); });
}

Result<WorkspaceWritten> write(WorkspaceService& workspace, const Call& call) {
  const JsonRef encoding = call.body.get("encoding");
  return workspace.write(call.agent, call.arguments.text("path"), call.body.get("content").string(),
                         encoding ? encoding.string() : std::string("utf-8"));
}

constexpr RouteOf<WorkspaceService> kRoutes[] = {
    {"workspace.tree", async_of<tree>},
    {"workspace.read", pool_read_of<&WorkspaceService::read, "path">},
    {"workspace.write", change_of<write>.with<written>},
    {"workspace.delete", change_of<&WorkspaceService::remove, "path">.with<deleted>},
};

}  // namespace

std::span<const RouteOf<WorkspaceService>> routes() { return kRoutes; }

}  // namespace facio::workspace
