// Routes of the skills and scripts areas.
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/skills/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::skills {
namespace {

using namespace serve;

AuditEvent event_of(std::string_view name, std::string_view action, std::optional<std::int64_t> size) {
  return change_event("skill_change", std::string(action) + " " + std::string(name),
                      event_details("name", name, "action", action, "size", size));
}
AuditEvent installed(const Skill& skill) { return event_of(skill.name, "installed", skill.size); }
AuditEvent removed(const SkillDeleted& skill) { return event_of(skill.what, "removed", std::nullopt); }

/// The event is known before the change is made.
template <auto kEvent, class T>
SkillsService::Begin<T> begins(OutsideChange& change) {
  return [&change](const T& will_be, Trace trace) { return change.begin(kEvent(will_be), {std::move(trace)}); };
}

Result<Skill> install(SkillsService& skills, const Call& call, OutsideChange& change) {
  const JsonRef overwrite = call.body.get("overwrite");
  return skills.install(call.body.get("name").string(), call.body.get("zip").string(), overwrite && overwrite.boolean(),
                        begins<installed, Skill>(change));
}
Result<SkillDeleted> remove(SkillsService& skills, const Call& call, OutsideChange& change) {
  return skills.remove(call.arguments.text("name"), begins<removed, SkillDeleted>(change));
}

constexpr RouteOf<SkillsService> kRoutes[] = {
    {"skills.list", pool_read_of<&SkillsService::list, "all">},
    {"skills.install", change_of<install>.with<installed>},
    {"skills.remove", change_of<remove>.with<removed>},
    {"scripts.list", pool_read_of<&SkillsService::scripts>},
};

}  // namespace

std::span<const RouteOf<SkillsService>> routes() { return kRoutes; }

}  // namespace facio::skills
