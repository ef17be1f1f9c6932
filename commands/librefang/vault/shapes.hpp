// Secrets that a LibreFang daemon keeps.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::vault {

inline constexpr Field kKeyFields[] = {
    text("key", "name of the secret"),
    boolean("set", "whether it has a value"),
    text("source", "where the value comes from", kMayMiss),
};
inline constexpr Shape kKey{"LibrefangVaultKey", "A secret's name", kKeyFields, true};

inline constexpr Field kSetFields[] = {text("value", "the value", {.secret = true})};
inline constexpr Shape kSet{"LibrefangVaultSet", "The value of a secret", kSetFields};

}  // namespace facio::librefang::vault
