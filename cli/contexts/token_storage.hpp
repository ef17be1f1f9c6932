// Keeping a context's token: in the keyring, or in a file that its owner alone can read. Which one is the user's choice, never ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/contexts/contexts.hpp"

namespace facio {

enum class Storage : std::uint8_t { keyring, file };

/// "keyring" and "file".
std::optional<Storage> storage_of(std::string_view word);
/// Where the context's token is kept now; nothing for environment, program and no source.
std::optional<Storage> storage_of(const TokenSource& token);

/// The token from the place that the context itself names. Code::unauthenticated when there is none.
Result<Secret> own_token(const Context& context, const Environment& environment);

/// Stores the token, then says in the configuration where it is, then takes away the copy that was stored elsewhere by keep_token. Gives
/// the place: "keyring facioctl/prod" or "file /…/tokens/prod". Nothing is stored elsewhere when the wanted storage fails
/// (Code::unauthenticated, Code::output).
Result<std::string> keep_token(const std::string& config_path, const Context& context, Storage storage, const Secret& token,
                               const Environment& environment);

/// Whether the file is one that keep_token writes, and so may remove.
bool is_kept_file(const std::string& path, const std::string& config_path, const std::string& context);

/// Takes the stored token away. Code::usage when it is not stored by keep_token.
Status drop_token(const std::string& config_path, const Context& context, const Environment& environment);

}  // namespace facio
