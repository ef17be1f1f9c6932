// For test builds: checks every reply against its declaration and records which endpoints and errors a test run has hit.
#pragma once

#include <span>

#include "commands/serve/http/call.hpp"

namespace facio::serve {

/// Records the mounted routes that have a server half, in the file that FACIOCTL_COVERAGE names.
void note_routes(std::span<const Endpoint* const> endpoints);

/// Checks a reply against shape and envelope, or an error against the declared codes, and records it. Code::internal if it does not fit.
Status check_reply(const Endpoint& endpoint, const Result<Reply>& result);

/// The check alone.
Status fits_declaration(const Endpoint& endpoint, const Result<Reply>& result);

}  // namespace facio::serve
