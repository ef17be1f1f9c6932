// The daemon as a whole: health, status, version (document: System).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/health/shapes.hpp"

namespace facio::librefang::health {

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.health.get", "/api/health", "Show whether the daemon works").reply(kHealth),
    get("librefang.health.detail", "/api/health/detail", "Show the daemon's health in detail").reply(kHealth),
    get("librefang.status.get", "/api/status", "Show what the daemon is doing").reply(kStatus),
    get("librefang.version.get", "/api/version", "Show the daemon's version").reply(kVersion),
};

}  // namespace facio::librefang::health
