// Endpoints of the health area (contract section 2).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/health/shapes.hpp"

namespace facio::health {

inline constexpr Param kExitCode = local_flag("exit_code", types::boolean, "end with 9 unless the status is ok");

inline constexpr Endpoint kEndpoints[] = {
    get("health.get", "/api/v1/health", "Show the agent's health").params(kExitCode).reply<Health>().synonyms<"health">(),
    get("health.live", "/health", "Check whether the agent answers, without a token").reply<Liveness>().surface(Surface::health),
};

}  // namespace facio::health
