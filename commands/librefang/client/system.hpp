// LibreFang as a system: a daemon whose versions differ from its document, and from one another.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio::librefang {

/// The system's `adapt`, `converse` and `explain` (dialect.hpp).
Result<Request> adapt(const Request& request);
Result<Response> converse(const Request& request, HttpClient& http, const StreamUse& use);
std::optional<Error> explain(const Context& context, const Request& sent, const Response& response, HttpClient& http);

/// What the framework of the daemon answers where it has no such route; what it has always says something.
bool lacks_route(const Response& response);
/// What is open at a daemon, as the system's `findings`: acting or reading without a key, a dashboard with its first password.
Result<std::vector<Finding>> findings(Client& client);
/// One item of an answer, or of a stream, of this endpoint in the declared form.
std::string understood_item(const Endpoint& endpoint, std::string_view item);

extern const System kSystem;

}  // namespace facio::librefang
