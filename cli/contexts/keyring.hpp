// The desktop's keyring (Secret Service), by the program secret-tool: nothing of it is linked into this one.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio {

enum class KeyringState : std::uint8_t {
  unlocked,     ///< the entry is there and can be read
  locked,       ///< it is there, behind a password
  missing,      ///< the keyring answers and has no such entry
  unavailable,  ///< there is no keyring, or no secret-tool
};

/// What is known of an entry without asking the user for anything. `why` tells what is wrong when it is unavailable.
KeyringState keyring_state(const std::string& name, std::string* why = nullptr);

/// The token of an entry; the keyring may ask the user for its password. Code::unauthenticated with the remedy when it is absent, locked or
/// not to be had; `context` is the one to log in to.
Result<Secret> token_from_keyring(const std::string& name, const std::string& context);

/// Puts a token there, in the place of what was there, and reads it back.
Status token_to_keyring(const std::string& name, const std::string& context, const Secret& token);

/// Takes an entry away; one that is not there is no failure.
Status remove_from_keyring(const std::string& name);

}  // namespace facio
