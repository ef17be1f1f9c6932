// Routes of the health area.
#include "commands/facio/health/shapes.hpp"
#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/sessions/server/service.hpp"

namespace facio::health {
namespace {

Result<serve::Reply> get(serve::Runtime& runtime, serve::Call& call) {
  const std::int64_t uptime_ms = runtime.clock.now_ms() - runtime.started_ms;
  auto sessions = runtime.sessions.active(call.agent);
  if (!sessions) return fail(std::move(sessions.error()));
  // Whole milliseconds, and never below zero when the clock was set back.
  return serve::reply_with(Health{.status = "ok",
                                  .uptime = static_cast<double>(uptime_ms < 0 ? 0 : uptime_ms) / 1000.0,
                                  .sessions = *sessions,
                                  .version = runtime.version});
}

Result<serve::Reply> live(serve::Runtime&, serve::Call&) { return serve::reply_with(Liveness{.status = "ok"}); }

constexpr serve::Route kRoutes[] = {
    {.id = "health.get", .read = get},
    {.id = "health.live", .read = live},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::health
