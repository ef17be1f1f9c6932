// Bearer tokens of requests, compared in constant time.
#pragma once

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/text.hpp"
#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// Whether the Authorization header carries this token; never true for an empty one.
inline bool bears(const RequestHead& head, const Secret& token) {
  constexpr std::string_view kScheme = "bearer ";
  std::string_view given;
  if (starts_with_ignoring_case(head.authorization, kScheme)) given = trimmed(std::string_view(head.authorization).substr(kScheme.size()));
  const bool equal = equal_in_constant_time(given, token.reveal());
  return equal && !token.empty();
}
/// The error for a request without the right token.
inline tl::unexpected<Error> refuse_bearer(const RequestHead& head) {
  return fail(Code::unauthenticated, head.authorization.empty() ? "a bearer token is required" : "the bearer token is not valid");
}

}  // namespace facio::serve
