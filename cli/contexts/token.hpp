// Reading a token from where it is kept.
#pragma once

#include <optional>

#include "cli/contexts/contexts.hpp"

namespace facio {

/// Why there is no token: Code::unauthenticated. All functions here fail with that.
tl::unexpected<Error> no_token(std::string message, std::string hint = {});

/// From a regular file, not a link, that belongs to the user and that nobody else can read.
Result<Secret> token_from_file(const std::string& path);
Result<Secret> token_from_input(Input& input, const std::string& from);
/// From what systemd's LoadCredential= gave a service.
Result<Secret> token_from_credential(const std::string& path);
/// From the descriptor that a plugin was given; can be read repeatedly.
Result<Secret> token_from_plugin_descriptor(const std::string& number);
/// Removes the line end, and refuses control characters and an empty text; `from` is named in messages.
Result<Secret> clean_token(std::string text, const std::string& from);

/// The answer of a token helper.
struct ProgramToken {
  Secret token;
  std::optional<std::int64_t> expires_ms;  ///< epoch; nothing when it did not say
};

/// Runs a program without a shell, for at most five seconds. Its output is the token, or a JSON object with `token` and `expires`, an
/// RFC 3339 time or seconds since 1970. `refresh` sets FACIOCTL_TOKEN_REFRESH=1, because its last answer was not accepted.
Result<ProgramToken> token_from_program(const std::vector<std::string>& command, bool refresh = false);

/// The token of a context whose source is a program: the cached one while it is valid (until 30 s before it expires, or for the context's
/// ttl), else the program's. The cache is in the user's runtime directory, readable by the user alone. `fresh` bypasses it.
Result<Secret> program_token(const Context& context, const Environment& environment, bool fresh);
/// Until when a token of the context is cached; nothing when none is.
std::optional<std::int64_t> kept_until(const Context& context, const Environment& environment);
/// Removes a cached token. Code::unauthenticated when it is still there.
Status forget_kept_token(const Context& context, const Environment& environment);

}  // namespace facio
