// A surface of the server as data: routes that are mounted together, with their authentication and the form of their answers. What keeps
// web pages out (web_guard.hpp) holds for every surface and is nothing that a record could leave out.
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

struct Caller {
  bool known = true;     ///< has shown a token: no web page can have sent this without being given one
  bool trusted = false;  ///< may do everything, whatever the surface requires
};
/// Code::unauthenticated for callers that may not use the surface. Called from several threads at a time.
using Authenticate = UniqueFunction<Result<Caller>(const RequestHead&)>;

/// A path that older clients send, without parameters, and that of today.
struct OlderPath {
  std::string_view old, now;
};

struct Surface {
  std::string_view name;           ///< "management"
  std::string_view prefix = {};    ///< "/api/v1", decoded: paths at and below it belong here, also without a route; "/": all
  std::string_view listener = {};  ///< the only listener that it is mounted on; empty: the main one
  bool mounted = true;             ///< false: does not exist

  mutable Authenticate authenticate = {};          ///< empty: open to everybody, and nobody is known
  std::string_view challenge = "Bearer";           ///< WWW-Authenticate in answers to refused requests; empty: none
  std::span<const std::string_view> headers = {};  ///< more that its handlers or its authentication read
  bool rate_limited = true;
  bool audited = false;  ///< every request is recorded in the audit log

  Answer (*answer_error)(const Error& error) = &error_answer;
  /// Wraps the body of a successful reply, unless it is plain text, into an envelope.
  void (*wrap)(std::string& body, std::string_view beside) = nullptr;

  std::vector<const Endpoint*> endpoints = {};
  std::vector<Route> routes = {};               ///< of these endpoints; those without a route answer 503
  std::span<const OlderPath> older_paths = {};  ///< answered like those of today, and told of nowhere
  /// Answers whatever the endpoints do not, at and below the prefix.
  MountedHandler* handler = nullptr;
  std::uint64_t handler_body = 1024 * 1024;  ///< its largest body in bytes; endpoints declare their own
};

}  // namespace facio::serve
