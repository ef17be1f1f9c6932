// What is sent to an authorization server: registration (RFC 7591), the authorization request with PKCE, and requests for tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/secret.hpp"
#include "commands/facio/mcp/server/oauth/discovery.hpp"

namespace facio::serve {

/// Who asks for tokens.
struct OAuthClient {
  std::string id;
  std::string method = "none";  ///< none, client_secret_basic or client_secret_post
  Secret secret = {};
};

struct OAuthTokens {
  Secret access, refresh;
  std::int64_t expires_in = 0;  ///< seconds; 0: not told
  std::string scope;            ///< as granted; empty: not told, so as asked for
};

using OAuthFields = std::vector<std::pair<std::string_view, std::string_view>>;

/// How a client with or without a secret identifies itself at this server.
std::string token_method(const AuthorizationServer& server, bool has_secret);
/// Registers this program. `redirect_uri` empty: for the device grant. Code::upstream_failed with the server's words.
Result<OAuthClient> register_client(const Outbound& outbound, const AuthorizationServer& server, const std::string& redirect_uri,
                                    const std::string& scope);

/// The address that a person opens.
struct AuthorizationRequest {
  std::string client_id, redirect_uri, state, verifier, scope, resource;
};
std::string authorization_address(const AuthorizationServer& server, const AuthorizationRequest& request);
/// base64url(sha256(verifier)), RFC 7636.
std::string code_challenge(std::string_view verifier);

/// Asks for tokens with the fields of a grant. Code::unauthenticated: the authorization server refuses, in its words; Code::upstream_failed
/// and Code::upstream_timeout: it cannot be asked, or its answer cannot be used. A readable `cancel` ends it.
Result<OAuthTokens> ask_for_tokens(const Outbound& outbound, const std::string& token_endpoint, const OAuthClient& client,
                                   OAuthFields fields, int cancel = -1);
/// Reads the answer of a token endpoint that holds a token. Code::upstream_failed when it cannot be used.
Result<OAuthTokens> read_tokens(JsonRef answer);

/// The query of the address that a browser was sent to, decoded. Of a name that is repeated the first counts.
struct RedirectAnswer {
  std::string code, state, issuer, error, description;
};
/// Takes a whole address or its query alone. Code::rejected: it is neither, or too long.
Result<RedirectAnswer> read_redirect(std::string_view address);

}  // namespace facio::serve
