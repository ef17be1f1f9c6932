// Routes of the workspace area.
#include <span>

#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/workspace/server/service.hpp"

namespace facio::workspace {
namespace {

using serve::Call;
using serve::Changed;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view path_of(const Call& call) { return call.arguments.text("path"); }

AuditEvent event_of(std::string_view path, std::string_view action, std::optional<std::int64_t> size) {
  return change_event("workspace_change", std::string(action) + " " + std::string(path),
                      event_details("path", path, "action", action, "size", size));
}

void tree(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call]() -> Result<Reply> {
    return serve::reply_of(runtime.workspace.tree(path_of(call), call.arguments.integer("depth", 3)));
  });
}

void read(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond),
                          [&runtime, &call]() -> Result<Reply> { return serve::reply_of(runtime.workspace.read(path_of(call))); });
}

void write(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const JsonRef encoding = call.body.get("encoding");
    const auto written =
        runtime.workspace.write(path_of(call), call.body.get("content").string(), encoding ? encoding.string() : std::string("utf-8"));
    if (!written) return fail(written.error());
    return Changed{serve::reply_with(*written), {event_of(written->path, written->created ? "created" : "replaced", written->size)}};
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const auto deleted = runtime.workspace.remove(path_of(call));
    if (!deleted) return fail(deleted.error());
    return Changed{serve::reply_with(*deleted), {event_of(deleted->path, "deleted", std::nullopt)}};
  });
}

constexpr serve::Route kRoutes[] = {
    {.id = "workspace.tree", .async = tree},
    {.id = "workspace.read", .async = read},
    {.id = "workspace.write", .async = write},
    {.id = "workspace.delete", .async = remove},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::workspace
