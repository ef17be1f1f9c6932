// How the daemon protects itself (document: Audit & Security).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/security/shapes.hpp"

namespace facio::librefang::security {

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.security.get", "/api/security", "Show how the daemon protects itself").reply(kSecurity),
};

}  // namespace facio::librefang::security
