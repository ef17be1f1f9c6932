// A surface of the server as data: routes that are mounted together behind one kind of authentication, with the forms in which they answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/http/answers.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/mounted.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::serve {

/// What the credentials of a request tell.
struct Caller {
  bool trusted = false;  ///< somebody who may do everything, whatever the surface asks for
};
/// Code::unauthenticated for who may not use the surface. Called from any thread, from several at a time.
using Authenticate = UniqueFunction<Result<Caller>(const RequestHead&)>;

struct Surface {
  std::string_view name;           ///< "management"
  std::string_view prefix = {};    ///< "/api/v1": what is there and below is this surface's, also without a route; "/": everything
  std::string_view listener = {};  ///< name of a listener of its own, without which it is not mounted; empty: the main one
  bool mounted = true;             ///< false: there is nothing at all here

  mutable Authenticate authenticate = {};          ///< empty: open to everybody
  std::string_view challenge = "Bearer";           ///< WWW-Authenticate of a request that was refused; empty: none
  std::span<const std::string_view> headers = {};  ///< further ones that its handlers or its authentication read
  bool rate_limited = true;
  bool audited = false;  ///< every request leaves its event in the audit log

  /// The answer to a failure.
  Answer (*answer_error)(const Error& error) = &error_answer;
  /// Puts the body of a good reply that is not a text into its envelope.
  void (*wrap)(std::string& body, std::string_view beside) = nullptr;

  std::vector<const Endpoint*> endpoints = {};
  std::vector<Route> routes = {};  ///< of these endpoints; one without a route is answered 503
  /// Answers what the endpoints do not: everything at and below the prefix.
  MountedHandler* handler = nullptr;
  std::uint64_t handler_body = 1024 * 1024;  ///< most bytes of a body for it; an endpoint declares its own limit
};

}  // namespace facio::serve
