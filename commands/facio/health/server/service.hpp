// Whether the agent is well.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/health/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/sessions/server/service.hpp"
#include "commands/serve/clock.hpp"

namespace facio {

/// Safe from any thread.
class HealthService {
 public:
  HealthService(const serve::ServiceContext& context, SessionsService& sessions, std::string version)
      : clock_(context.clock), sessions_(sessions), version_(std::move(version)), started_ms_(context.clock.now_ms()) {}

  Result<Health> get(std::string_view agent) {
    return sessions_.active(agent).map([this](std::int64_t sessions) {
      const auto uptime_ms = std::max<std::int64_t>(0, clock_.now_ms() - started_ms_);  // the clock may have been set back
      return Health{.status = "ok", .uptime = static_cast<double>(uptime_ms) / 1000.0, .sessions = sessions, .version = version_};
    });
  }
  [[nodiscard]] Liveness live() const { return {.status = "ok"}; }

 private:
  const serve::Clock& clock_;
  SessionsService& sessions_;
  const std::string version_;
  const std::int64_t started_ms_;
};

}  // namespace facio
