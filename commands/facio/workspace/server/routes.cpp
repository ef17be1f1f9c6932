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

/// A piece is what has an offset; a length there always is, by its default.
Result<std::string> read(WorkspaceService& workspace, const Call& call) {
  const std::string_view path = call.arguments.text("path");
  if (!call.arguments.find("offset")) return workspace.read(path);
  return workspace.read_part(path, call.arguments.integer("offset", 0), static_cast<std::size_t>(call.arguments.integer("length", 0)));
}

/// The event is known before the change is made.
template <auto kEvent, class T>
WorkspaceService::Begin<T> begins(OutsideChange& change) {
  return [&change](const T& will_be, Trace trace) { return change.begin(kEvent(will_be), {std::move(trace)}); };
}

Result<WorkspaceWritten> write(WorkspaceService& workspace, const Call& call, OutsideChange& change) {
  const JsonRef encoding = call.body.get("encoding"), executable = call.body.get("executable");
  WorkspaceService::Content content{.bytes = call.body.get("content").string(), .encoding = encoding ? encoding.string() : "utf-8"};
  if (executable.is(JsonKind::boolean)) content.executable = executable.boolean();
  return workspace.write(call.agent, call.arguments.text("path"), content, begins<written, WorkspaceWritten>(change));
}
Result<WorkspaceDeleted> remove(WorkspaceService& workspace, const Call& call, OutsideChange& change) {
  return workspace.remove(call.arguments.text("path"), begins<deleted, WorkspaceDeleted>(change));
}

constexpr RouteOf<WorkspaceService> kRoutes[] = {
    {"workspace.tree", async_of<tree>},
    {"workspace.read", pool_read_of<read>},
    {"workspace.write", change_of<write>.with<written>},
    {"workspace.delete", change_of<remove>.with<deleted>},
};

}  // namespace

std::span<const RouteOf<WorkspaceService>> routes() { return kRoutes; }

}  // namespace facio::workspace
