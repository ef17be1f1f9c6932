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

}  // namespace

bool bears(const RequestHead& head, const Secret& token) {
  const bool equal = equal_in_constant_time(bearer_token(head.authorization), token.reveal());
  return equal && !token.empty();
}

tl::unexpected<Error> refuse_bearer(const RequestHead& head) {
  return fail(Code::unauthenticated, head.authorization.empty() ? "a bearer token is required" : "the bearer token is not valid");
}

}  // namespace facio::serve
