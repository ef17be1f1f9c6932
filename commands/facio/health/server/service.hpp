// Whether the agent is well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/health/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"

namespace facio {

class SessionsService;

/// Safe from any thread.
class HealthService {
 public:
  HealthService(const serve::ServiceContext& context, SessionsService& sessions, std::string version);

  Result<Health> get(std::string_view agent);
  [[nodiscard]] Liveness live() const { return {.status = "ok"}; }

 private:
  const serve::ServiceContext& base_;
  SessionsService& sessions_;
  const std::string version_;
  const std::int64_t started_ms_;
};

}  // namespace facio
