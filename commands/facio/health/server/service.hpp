// Whether the agent is well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/audit/server/signer.hpp"
#include "commands/facio/health/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/sessions/server/service.hpp"
#include "commands/serve/clock.hpp"

namespace facio {

/// Safe from any thread.
class HealthService {
 public:
  HealthService(const serve::ServiceContext& context, SessionsService& sessions, const AuditSigner& log, std::string version)
      : clock_(context.clock),
        troubles_(context.troubles),
        sessions_(sessions),
        log_(log),
        version_(std::move(version)),
        started_ms_(context.clock.elapsed_ms()) {}

  Result<Health> get(std::string_view agent) {
    return sessions_.active(agent).map([this](std::int64_t sessions) {
      const std::int64_t uptime_ms = clock_.elapsed_ms() - started_ms_;
      Health health{.status = "ok", .uptime = static_cast<double>(uptime_ms) / 1000.0, .sessions = sessions, .version = version_};
      auto troubles = troubles_->all();
      for (std::string& problem : log_.problems()) troubles.push_back(std::move(problem));
      if (!troubles.empty()) {
        health.status = "degraded";
        health.troubles = std::move(troubles);
      }
      if (const auto jump = clock_.last_jump()) health.clock_jump = {.at = format_rfc3339(jump->at_ms), .by_ms = jump->by_ms};
      return health;
    });
  }
  [[nodiscard]] Liveness live() const { return {.status = "ok"}; }

 private:
  const serve::Clock& clock_;
  const std::shared_ptr<serve::StandingTroubles> troubles_;
  SessionsService& sessions_;
  const AuditSigner& log_;
  const std::string version_;
  const std::int64_t started_ms_;  ///< by Clock::elapsed_ms()
};

}  // namespace facio
