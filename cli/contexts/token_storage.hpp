// Keeps a context's token: in the keyring, or in a file that its owner alone can read, as the user chooses.
#pragma once

#include <optional>

#include "cli/contexts/contexts.hpp"

namespace facio {

enum class Storage : std::uint8_t { keyring, file };

/// "keyring" and "file".
std::optional<Storage> storage_of(std::string_view word);
/// Where a context's token is kept; nothing if that is a variable, a program, or nowhere.
std::optional<Storage> storage_of(const TokenSource& token);

/// The token from the place that the context names. Code::unauthenticated when there is none.
Result<Secret> own_token(const Context& context, const Environment& environment);

/// Stores the token, points the configuration to it, then removes the copy that keep_token stored elsewhere. Returns the place: "keyring
/// facioctl/prod" or "file /…/tokens/prod". If the storage fails (Code::unauthenticated, Code::output) no other one is tried. If the old
/// copy cannot be removed that is Code::unauthenticated with where it still is.
Result<std::string> keep_token(const std::string& config_path, const Context& context, Storage storage, const Secret& token,
                               const Environment& environment);

/// Whether keep_token wrote the file, which may then be removed.
bool is_kept_file(const std::string& path, const std::string& config_path, const std::string& context);

/// Removes the stored token. Code::usage when keep_token did not store it, Code::unauthenticated when it is still there.
Status drop_token(const std::string& config_path, const Context& context, const Environment& environment);

// The desktop's keyring (Secret Service), through the program secret-tool.

enum class KeyringState : std::uint8_t {
  unlocked,     ///< the entry exists and can be read
  locked,       ///< it exists, but needs a password
  missing,      ///< the keyring works, but has no such entry
  unavailable,  ///< there is no keyring, or no secret-tool
};

/// The state of an entry, found without prompting the user. `why` gets the reason when it is unavailable.
KeyringState keyring_state(const std::string& name, std::string* why = nullptr);

/// The token of an entry; the keyring may prompt for its password. Code::unauthenticated with the remedy: to log in to `context`.
Result<Secret> token_from_keyring(const std::string& name, const std::string& context);

/// Stores a token, replacing any other, and reads it back to check.
Status token_to_keyring(const std::string& name, const std::string& context, const Secret& token);

/// Removes an entry; succeeds when there is none. Code::unauthenticated when it is still there, or nobody can tell.
Status remove_from_keyring(const std::string& name);
/// The same for a file.
Status remove_token_file(const std::string& path);

}  // namespace facio
