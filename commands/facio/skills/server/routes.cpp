// Routes of the skills and scripts areas.
#include <span>

#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/skills/server/service.hpp"

namespace facio::skills {
namespace {

using serve::Call;
using serve::Changed;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

AuditEvent event_of(std::string_view name, std::string_view action, std::optional<std::int64_t> size) {
  return change_event("skill_change", std::string(action) + " " + std::string(name),
                      event_details("name", name, "action", action, "size", size));
}

void list(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call] {
    const std::string_view all = call.arguments.text("all");
    return serve::reply_of(runtime.skills.list(call.agent, all == "true" || all == "1"));
  });
}

void install(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const JsonRef overwrite = call.body.get("overwrite");
    const auto skill =
        runtime.skills.install(call.agent, call.body.get("name").string(), call.body.get("zip").string(), overwrite && overwrite.boolean());
    if (!skill) return fail(skill.error());
    return Changed{serve::reply_with(*skill), {event_of(skill->name, "installed", skill->size)}};
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const auto deleted = runtime.skills.remove(call.agent, call.arguments.text("name"));
    if (!deleted) return fail(deleted.error());
    return Changed{serve::reply_with(*deleted), {event_of(deleted->name, "removed", std::nullopt)}};
  });
}

void scripts(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call] { return serve::reply_of(runtime.skills.scripts(call.agent)); });
}

constexpr serve::Route kRoutes[] = {
    {.id = "skills.list", .async = list},
    {.id = "skills.install", .async = install},
    {.id = "skills.remove", .async = remove},
    {.id = "scripts.list", .async = scripts},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::skills
