// Endpoints of the health area (contract section 2).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/health/shapes.hpp"

namespace facio::health {

inline constexpr Example kGetExamples[] = {{"health", "status, uptime, sessions and version"}, {"health -o json", "the same for a program"}};
inline constexpr Example kLiveExamples[] = {{"health live", "whether the agent answers; needs no token"}};
inline constexpr std::string_view kGetSynonyms[] = {"health"};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "health.get", .method = Method::get, .path = "/api/v1/health", .summary = "Show the agent's health", .reply = &shape_of<Health>, .examples = kGetExamples, .synonyms = kGetSynonyms},
    {.id = "health.live", .method = Method::get, .path = "/health", .summary = "Ask whether the agent answers, without a token", .reply = &shape_of<Liveness>, .surface = Surface::health, .examples = kLiveExamples},
};

}  // namespace facio::health
