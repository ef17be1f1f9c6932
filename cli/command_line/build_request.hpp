// The request that a parsed command means.
#pragma once

#include "cli/command_line/invocation.hpp"
#include "cli/http/request.hpp"

namespace facio {

/// Path and query encoded, body as compact JSON. Code::usage for a path value that no URL can carry.
Result<Request> build_request(const Invocation& invocation);

}  // namespace facio
