#include "commands/serve/http/authentication.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kScheme = "bearer";

/// The token of "Bearer TOKEN"; empty for anything else.
std::string_view bearer_token(std::string_view header) {
  if (header.size() <= kScheme.size() || header[kScheme.size()] != ' ') return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((header[i] | 0x20) != kScheme[i]) return {};
  header.remove_prefix(kScheme.size());
  const auto first = header.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  header.remove_prefix(first);
  return header.substr(0, header.find_last_not_of(' ') + 1);
}

bool opens(const Secret& secret, std::string_view token) {
  const bool equal = equal_in_constant_time(token, secret.reveal());
  return equal && !secret.empty();
}

}  // namespace

Status Authentication::check(Surface surface, std::string_view authorization) const {
  if (surface != Surface::management && surface != Surface::a2a) return {};
  const std::string_view token = bearer_token(authorization);
  const bool as_management = opens(management_, token);
  const bool as_a2a = opens(a2a_, token);
  if (as_management || (surface == Surface::a2a && as_a2a)) return {};
  return fail(Code::unauthenticated, authorization.empty() ? "a bearer token is required" : "the bearer token is not valid");
}

}  // namespace facio::serve
