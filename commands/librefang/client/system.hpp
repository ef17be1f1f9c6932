// LibreFang as a system: a daemon whose versions differ from its document, and from one another.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio::librefang {

/// The system's `adapt`, `converse` and `explain` (dialect.hpp).
Result<Request> adapt(const Request& request);
Result<Response> converse(const Request& request, HttpClient& http);
std::optional<Error> explain(const Context& context, const Request& sent, const Response& response, HttpClient& http);

extern const System kSystem;

}  // namespace facio::librefang
