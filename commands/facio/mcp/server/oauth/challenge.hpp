// What a server that refuses a request says about the token that it wants (RFC 6750, RFC 9728).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/http/request.hpp"

namespace facio::serve {

/// The Bearer challenge of an answer. A text that is too long, or has characters that it may not have, counts as missing.
struct McpChallenge {
  bool bearer = false;            ///< there is one
  std::string resource_metadata;  ///< address of the metadata of the protected resource
  std::string scope;              ///< permissions that the request needs, apart by blanks
  std::string error;              ///< as "invalid_token"

  [[nodiscard]] bool wants_more() const { return bearer && error == "insufficient_scope"; }
};

/// Reads all headers WWW-Authenticate; of several Bearer challenges the first counts.
McpChallenge read_challenge(const http::Headers& headers);

/// Permissions apart by blanks, each once, in the order of their first appearance. Empty if one has a character that none may have.
std::string joined_scopes(std::string_view some, std::string_view more = {});
/// Whether all of `wanted` are among `granted`.
bool covers_scopes(std::string_view granted, std::string_view wanted);

}  // namespace facio::serve
