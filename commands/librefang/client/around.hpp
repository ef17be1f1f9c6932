// What is asked of a daemon around a request, because it says yes to what it does not do (dialect.hpp).
#pragma once

#include "commands/librefang/client/dialect.hpp"

namespace facio::librefang {

/// Puts ids in the place of agents' names, in the fields that `dialect` says. Code::not_found for a name that no agent has, Code::usage for
/// one that several have.
Status resolve_agents(const Dialect& dialect, Request& request, HttpClient& http);

/// What the daemon has of the thing that a request is about.
struct Standing {
  std::optional<Response> absent = {};  ///< the answer in the place of the request's, when there is no such thing
  std::string thing = {};               ///< what it says of the thing; empty where nothing was asked
};
Result<Standing> standing_of(const Dialect& dialect, const Request& request, HttpClient& http);

/// Of a list in the declared form, the items that belong to the thing.
std::string belonging(const Dialect& dialect, std::string body, const std::string& thing);

/// Whether the daemon did what `sent` had asked it for: reads back, and repairs where `dialect` says how. Code::partial, naming the fields,
/// when it did not.
Status check_done(const Dialect& dialect, const Request& sent, const Response& response, HttpClient& http);

}  // namespace facio::librefang
