// Placet as a system: an agent behind the Placet backend, reached through a user's session.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio::placet {

/// The request as Placet takes it, after the checks that Placet would make; the system's `forward`.
Result<Request> forward(const Context& context, const Request& request);
/// The cause of a 401, 404 or 502, which are ambiguous here; the system's `explain`.
std::optional<Error> explain(const Context& context, const Request& sent, const Response& response, HttpClient& http);

extern const System kSystem;

}  // namespace facio::placet
