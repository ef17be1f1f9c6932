// How a LibreFang daemon protects itself.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::security {

inline constexpr Field kSecurityFields[] = {
    integer("total_systems", "how many protections it has", kMayMiss),
    boolean("all_active", "whether all of them are active", kMayMiss),
    map_of<kAny>("security_systems", "the protections, and whether they are active", kMayMiss),
    map_of<kAny>("core_protections", "those that cannot be switched off", kMayMiss),
    map_of<kAny>("configurable", "those that can be set", kMayMiss),
    map_of<kAny>("monitoring", "what is recorded", kMayMiss),
    any("secret_zeroization", "whether secrets are wiped from memory", kMayMiss),
};
inline constexpr Shape kSecurity{"LibrefangSecurity", "How the daemon protects itself", kSecurityFields, true};

}  // namespace facio::librefang::security
