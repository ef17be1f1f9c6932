// Placet as a system: an agent behind the Placet backend, reached with a user's session.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio::placet {

/// Other path and the checks that Placet would make; the system's `forward`.
Result<Request> forward(const Context& context, const Request& request);
/// What is behind a 401, 404 or 502, which mean several things here; the system's `explain`.
std::optional<Error> explain(const Context& context, const Request& sent, const Response& response, HttpClient& http);

extern const System kSystem;

}  // namespace facio::placet
