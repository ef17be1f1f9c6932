// Endpoints of the health area (contract section 2).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/health/shapes.hpp"

namespace facio::health {

inline constexpr Example kGetExamples[] = {{"health", "status, uptime, sessions and version"},
                                           {"health -o json", "the same for a program"}};
inline constexpr Example kLiveExamples[] = {{"health live", "whether the agent answers; needs no token"}};

inline constexpr Endpoint kEndpoints[] = {
    get("health.get", "/api/v1/health", "Show the agent's health").reply<Health>().examples(kGetExamples).synonyms<"health">(),
    get("health.live", "/health", "Ask whether the agent answers, without a token")
        .reply<Liveness>()
        .surface(Surface::health)
        .examples(kLiveExamples),
};

}  // namespace facio::health
