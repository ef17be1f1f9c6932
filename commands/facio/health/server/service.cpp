#include "commands/facio/health/server/service.hpp"

#include <algorithm>

#include "commands/facio/sessions/server/service.hpp"
#include "commands/serve/clock.hpp"

namespace facio {

HealthService::HealthService(const serve::ServiceContext& context, SessionsService& sessions, std::string version)
    : base_(context), sessions_(sessions), version_(std::move(version)), started_ms_(context.clock.now_ms()) {}

Result<Health> HealthService::get(std::string_view agent) {
  auto sessions = sessions_.active(agent);
  if (!sessions) return fail(std::move(sessions.error()));
  // Not negative, even when the clock was set back.
  const std::int64_t uptime_ms = std::max<std::int64_t>(0, base_.clock.now_ms() - started_ms_);
  return Health{.status = "ok", .uptime = static_cast<double>(uptime_ms) / 1000.0, .sessions = *sessions, .version = version_};
}

}  // namespace facio
