// Where the tokens of a protected MCP server come from: its metadata (RFC 9728) and that of its authorization server (RFC 8414, OpenID
// Connect Discovery). All of it comes from a server that may be hostile.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/mcp/server/oauth/challenge.hpp"
#include "commands/serve/outbound/outbound.hpp"

namespace facio::serve {

struct AuthorizationServer {
  std::string issuer;
  std::string authorization_endpoint, token_endpoint;
  std::string registration_endpoint, device_endpoint;  ///< empty: it has none
  std::vector<std::string> methods;                    ///< how clients may identify themselves at the token endpoint; empty: not told
  bool proves_clients = false;                         ///< it knows PKCE with S256
  bool tells_issuer = false;                           ///< it says in its redirects who it is (RFC 9207)
  bool takes_url_ids = false;                          ///< a client may be named by the address of its metadata
  bool offers_offline = false;                         ///< it knows the permission offline_access
};

struct McpProtection {
  std::string resource;  ///< what a token is for (RFC 8707)
  std::string scopes;    ///< all permissions that the server knows, apart by blanks; may be empty
  AuthorizationServer server;
};

/// Whether tokens may travel to this address: https; or http on this machine, if the MCP server at `mcp_url` is there as well.
Status check_oauth_address(std::string_view address, std::string_view mcp_url, std::string_view what);

/// Asks the MCP server, then the authorization server that it names. A few requests of 64 KiB and ten seconds each, with at most three
/// redirects, all under the guard of `outbound`. Without any metadata the addresses of revision 2025-03-26 are taken.
/// Code::upstream_failed says what is wrong: metadata for another resource, of another issuer, without a token endpoint, too large.
Result<McpProtection> discover_protection(const Outbound& outbound, const std::string& mcp_url, const McpChallenge& challenge);

/// Whether metadata for `resource` is for the server at `url`: the same origin, and a path that the other one begins with.
bool is_resource_of(std::string_view resource, std::string_view url);
/// Where the metadata of an issuer may stand, the likeliest first.
std::vector<std::string> metadata_addresses(std::string_view issuer);
/// Reads the metadata of an authorization server, once `issuer` is known to be that of the document.
Result<AuthorizationServer> read_authorization_server(JsonRef document, std::string_view mcp_url);

}  // namespace facio::serve
