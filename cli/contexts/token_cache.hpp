// Tokens that a program gives: asked as seldom as they allow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/contexts/contexts.hpp"

namespace facio {

/// What a token helper answered.
struct ProgramToken {
  Secret token;
  std::optional<std::int64_t> expires_ms;  ///< epoch; nothing when it did not say
};

/// Runs a program without a shell: its output is the token, or a JSON object {"token": …, "expires": …} with an RFC 3339 time or seconds
/// since 1970. `refresh` sets FACIOCTL_TOKEN_REFRESH=1 for it, as its last answer was not accepted. Ended after five seconds;
/// Code::unauthenticated.
Result<ProgramToken> token_from_program(const std::vector<std::string>& command, bool refresh = false);

/// The token of a context whose source is a program: the kept one while it is good (30 s before its end, or for the context's ttl), else
/// the program's. It is kept in the user's runtime directory, for the user alone. `fresh`: the program is asked in any case.
Result<Secret> program_token(const Context& context, const Environment& environment, bool fresh);

/// Until when a token of the context is kept; nothing when none is.
std::optional<std::int64_t> kept_until(const Context& context, const Environment& environment);

/// Forgets a kept token.
void forget_kept_token(const Context& context, const Environment& environment);

}  // namespace facio
