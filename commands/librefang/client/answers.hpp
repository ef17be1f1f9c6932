// What an answer tells beyond its status, and lists that are brought into the declared form as a whole (dialect.hpp).
#pragma once

#include "commands/librefang/client/dialect.hpp"

namespace facio::librefang {

/// A parameter of the query that a released daemon would not look at; empty when there is none.
std::string_view ignored_query(const Dialect& dialect, const Request& request);
/// Code::unsupported for such a parameter, naming the command that gives the like.
Status refuse_ignored(const Dialect& dialect, std::string_view parameter);

/// Members of the body that only the daemon can tell.
Status fill_from_daemon(const Dialect& dialect, Request& request, HttpClient& http);

/// A success that tells of a failure becomes one.
void find_failure(const Dialect& dialect, Response& response);
/// Code::partial when an answer of a released daemon does not say that everything was done as `sent` wanted it.
Status check_answer(const Dialect& dialect, const Request& sent, const Response& response, bool is_real);

/// The body with its list, where it is in several pieces or is one object, as one array.
std::string gathered(const Dialect& dialect, std::string body);
/// Of a list in the declared form, the items that the query asks for.
std::string selected(const Dialect& dialect, const Request& request, std::string body);
/// The body with what a success always says.
std::string completed(const Dialect& dialect, const Request& request, std::string body);

}  // namespace facio::librefang
