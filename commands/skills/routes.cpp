// Routes of the skills and scripts areas.
#include <span>

#include "commands/serve/runtime/runtime.hpp"
#include "commands/skills/service.hpp"

namespace facio::skills {
namespace {

using serve::Call;
using serve::Changed;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

AuditEvent change_event(std::string_view name, std::string_view action, std::optional<std::int64_t> size) {
  AuditEvent event;
  event.event = "skill_change";
  event.status = "ok";
  event.origin = "api";
  event.message = std::string(action) + " " + std::string(name);
  std::string details = R"({"name":)";
  append_json_string(details, name);
  details += R"(,"action":)";
  append_json_string(details, action);
  if (size) details += R"(,"size":)" + std::to_string(*size);
  event.details = RawJson{details + "}"};
  return event;
}

template <class T>
Result<Reply> reply_or_failure(Result<T> result) {
  if (!result) return fail(std::move(result.error()));
  return serve::reply_with(*result);
}

void list(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call] {
    const std::string_view all = call.arguments.text("all");
    return reply_or_failure(runtime.skills.list(call.agent, all == "true" || all == "1"));
  });
}

void install(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const JsonRef overwrite = call.body.get("overwrite");
    const auto skill =
        runtime.skills.install(call.agent, call.body.get("name").string(), call.body.get("zip").string(), overwrite && overwrite.boolean());
    if (!skill) return fail(skill.error());
    return Changed{serve::reply_with(*skill), {change_event(skill->name, "installed", skill->size)}};
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    const auto deleted = runtime.skills.remove(call.agent, call.arguments.text("name"));
    if (!deleted) return fail(deleted.error());
    return Changed{serve::reply_with(*deleted), {change_event(deleted->name, "removed", std::nullopt)}};
  });
}

void scripts(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call] { return reply_or_failure(runtime.skills.scripts(call.agent)); });
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
