// Routes of the versions area. All of them run git: none on an I/O thread.
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/versions/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::versions {
namespace {

using namespace serve;

/// The audit event of a change: what was done and which version it made.
AuditEvent event_of(std::string_view action, const std::string& sha, const std::string& actor, std::string_view target) {
  return change_event("version_change", std::string(action) + " " + sha.substr(0, 12),
                      event_details("action", action, "sha", sha, "actor", actor, "target",
                                    target.empty() ? std::nullopt : std::optional(std::string(target))));
}

std::optional<AuditEvent> recorded(const VersionCheckpoint& made) {
  if (!made.created.value_or(false)) return std::nullopt;
  return event_of("checkpoint", made.sha, made.actor, {});
}

AuditEvent rolled_back(const Call& call, const AgentVersion& made) {
  return event_of("rollback", made.sha, made.actor, call.arguments.text("sha"));
}

}  // namespace

std::span<const RouteOf<VersionsService>> routes() {
  static constexpr RouteOf<VersionsService> kRoutes[] = {
      {"versions.list", pool_read_of<&VersionsService::list, "limit">},
      {"versions.get", pool_read_of<&VersionsService::get, "sha">},
      {"versions.diff", pool_read_of<&VersionsService::diff, "sha", "path">},
      {"versions.checkpoint", change_of<&VersionsService::checkpoint>.with<recorded>},
      {"versions.rollback", change_of<&VersionsService::rollback, "sha">.with<rolled_back>},
  };
  return kRoutes;
}

}  // namespace facio::versions
