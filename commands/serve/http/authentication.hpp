// Bearer tokens of requests, compared in constant time.
#pragma once

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// Whether the Authorization header carries this token; never for an empty one.
bool bears(const RequestHead& head, const Secret& token);
/// Code::unauthenticated for a request that does not carry the right one.
tl::unexpected<Error> refuse_bearer(const RequestHead& head);

}  // namespace facio::serve
