// Routes of the workspace area.
#include <span>

#include "commands/serve/runtime/runtime.hpp"
#include "commands/workspace/service.hpp"

namespace facio::workspace {
namespace {

using serve::Call;
using serve::Changed;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view path_of(const Call& call) { return call.arguments.text("path"); }

AuditEvent change_event(std::string_view path, std::string_view action, std::optional<std::int64_t> size) {
  AuditEvent event;
  event.event = "workspace_change";
  event.status = "ok";
  event.origin = "api";
  event.message = std::string(action) + " " + std::string(path);
  std::string details = R"({"path":)";
  append_json_string(details, path);
  details += R"(,"action":)";
  append_json_string(details, action);
  if (size) details += R"(,"size":)" + std::to_string(*size);
  event.details = RawJson{details + "}"};
  return event;
}

void tree(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call]() -> Result<Reply> {
    auto body = runtime.workspace.tree(path_of(call), call.arguments.integer("depth", 3));
    if (!body) return fail(std::move(body.error()));
    return Reply{.body = std::move(*body)};
  });
}

void read(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call]() -> Result<Reply> {
    auto body = runtime.workspace.read(path_of(call));
    if (!body) return fail(std::move(body.error()));
    return Reply{.body = std::move(*body)};
  });
}

void write(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const JsonRef encoding = call.body.get("encoding");
    const auto written =
        runtime.workspace.write(path_of(call), call.body.get("content").string(), encoding ? encoding.string() : std::string("utf-8"));
    if (!written) return fail(written.error());
    return Changed{serve::reply_with(*written), {change_event(written->path, written->created ? "created" : "replaced", written->size)}};
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const auto deleted = runtime.workspace.remove(path_of(call));
    if (!deleted) return fail(deleted.error());
    return Changed{serve::reply_with(*deleted), {change_event(deleted->path, "deleted", std::nullopt)}};
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
