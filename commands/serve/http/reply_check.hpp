// For test builds: holds every reply against its declaration and notes which endpoints and failures a test run met.
#pragma once

#include <span>
#include <string>

#include "commands/serve/http/call.hpp"

namespace facio::serve {

/// Notes the mounted routes that have a server half, in the file that FACIOCTL_COVERAGE names.
void note_routes(std::span<const Endpoint* const> endpoints);

/// Checks a good reply against shape and envelope, or a failure against the declared codes, and notes it. Code::internal when it does not
/// fit.
Status check_reply(const Endpoint& endpoint, const Result<Reply>& result);

/// The check alone, without notes.
Status fits_declaration(const Endpoint& endpoint, const Result<Reply>& result);

}  // namespace facio::serve
