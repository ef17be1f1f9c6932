#include "commands/facio/mcp/server/oauth/discovery.hpp"

#include <algorithm>
#include <optional>

#include "commands/facio/mcp/server/http_transport.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostMetadata = std::size_t{64} * 1024;
constexpr int kMostRedirects = 3;
constexpr std::size_t kMostListed = 100;  // elements of a list that are read

tl::unexpected<Error> odd(std::string what) { return fail(Code::upstream_failed, std::move(what)); }

/// Fetches a JSON object; nothing when there is none at the address.
Result<std::optional<JsonDocument>> fetch_metadata(const Outbound& outbound, std::string url, const std::string& mcp_url) {
  for (int redirects = 0;; ++redirects) {
    if (auto status = check_oauth_address(url, mcp_url, "metadata"); !status) return fail(std::move(status.error()));
    auto reply = outbound.send({.url = url, .most_bytes = kMostMetadata});
    if (!reply) return fail(std::move(reply.error()));
    if (reply->status >= 300 && reply->status < 400 && redirects < kMostRedirects) {
      const std::string_view location = http::find_header(reply->headers, "Location");
      const auto parsed = parse_outbound_url(url);
      if (location.empty() || !parsed) return std::optional<JsonDocument>{};
      url = location.starts_with('/') && !location.starts_with("//") ? parsed->origin() + std::string(location) : std::string(location);
      continue;
    }
    if (reply->status != 200) return std::optional<JsonDocument>{};
    auto document = JsonDocument::parse(reply->body);
    if (!document || !document->root().is(JsonKind::object)) return std::optional<JsonDocument>{};
    return std::optional(std::move(*document));
  }
}

/// The path of an address without its query and final slash.
std::string path_of(const OutboundUrl& url) {
  std::string path = url.target.substr(0, url.target.find('?'));
  while (path.ends_with('/')) path.pop_back();
  return path;
}

bool lists(JsonRef array, std::string_view wanted) {
  for (std::size_t i = 0; i < std::min(array.size(), kMostListed); ++i)
    if (array.at(i).text() == wanted) return true;
  return false;
}

bool is_true(JsonRef value) { return value.is(JsonKind::boolean) && value.boolean(); }

std::string without_slash(std::string_view text) { return std::string(text.ends_with('/') ? text.substr(0, text.size() - 1) : text); }

/// The metadata of the MCP server itself; nothing when it publishes none.
Result<std::optional<JsonDocument>> resource_metadata(const Outbound& outbound, const std::string& mcp_url, const McpChallenge& challenge) {
  const auto url = parse_outbound_url(mcp_url);
  if (!url) return fail(url.error());
  std::vector<std::string> places;
  if (!challenge.resource_metadata.empty()) places.push_back(challenge.resource_metadata);
  const std::string known = url->origin() + "/.well-known/oauth-protected-resource", path = path_of(*url);
  if (!path.empty()) places.push_back(known + path);
  places.push_back(known);
  for (const std::string& place : places) {
    auto found = fetch_metadata(outbound, place, mcp_url);
    if (!found || *found) return found;
  }
  return std::optional<JsonDocument>{};
}

/// `identifier`: how the resource's metadata names the authorization server; empty: nobody has named it, and it is sought at `base`.
Result<std::optional<AuthorizationServer>> server_metadata(const Outbound& outbound, const std::string& identifier, const std::string& base,
                                                           const std::string& mcp_url) {
  for (const std::string& place : metadata_addresses(identifier.empty() ? base : identifier)) {
    auto found = fetch_metadata(outbound, place, mcp_url);
    if (!found) return fail(std::move(found.error()));
    if (!*found) continue;
    const std::string issuer = (*found)->root().get("issuer").text();
    // RFC 8414, 3.3. Only a final slash is let pass: the two are written both ways, and lead to the same place.
    const auto origin = parse_outbound_url(issuer);
    const bool named = identifier.empty() ? origin && origin->origin() == base : without_slash(issuer) == without_slash(identifier);
    if (!named)
      return odd("the metadata of the authorization server " + (identifier.empty() ? base : identifier) +
                 " belongs to a different issuer, \"" + issuer.substr(0, 200) + "\"");
    auto server = read_authorization_server((*found)->root(), mcp_url);
    if (!server) return fail(std::move(server.error()));
    return std::optional(std::move(*server));
  }
  return std::optional<AuthorizationServer>{};
}

/// The addresses of revision 2025-03-26 for servers without metadata.
AuthorizationServer usual_server(const std::string& base) {
  return {.issuer = base,
          .authorization_endpoint = base + "/authorize",
          .token_endpoint = base + "/token",
          .registration_endpoint = base + "/register",
          .device_endpoint = {},
          .methods = {},
          .proves_clients = true};
}

std::string listed_scopes(JsonRef array) {
  std::string all;
  for (std::size_t i = 0; i < std::min(array.size(), kMostListed); ++i)
    if (const std::string joined = joined_scopes(all, array.at(i).text()); !joined.empty()) all = joined;
  return all;
}

}  // namespace

Status check_oauth_address(std::string_view address, std::string_view mcp_url, std::string_view what) {
  const auto parsed = parse_outbound_url(address), mcp = parse_outbound_url(mcp_url);
  const std::string name = "the address of the " + std::string(what);
  if (!parsed) return fail(Code::upstream_failed, name + " " + parsed.error().message());
  if (parsed->address.scheme == http::Scheme::tls) return {};
  if (!parsed->address.is_exposed() && mcp && mcp->address.is_loopback()) return {};
  return fail(Code::upstream_failed, name + " must begin with https: " + parsed->origin());
}

bool is_resource_of(std::string_view resource, std::string_view url) {
  const auto whole = parse_outbound_url(resource), part = parse_outbound_url(url);
  if (!whole || !part || whole->origin() != part->origin()) return false;
  const std::string above = path_of(*whole), below = path_of(*part);
  return below.starts_with(above) && (below.size() == above.size() || below[above.size()] == '/');
}

std::vector<std::string> metadata_addresses(std::string_view issuer) {
  constexpr std::string_view kOauth = "/.well-known/oauth-authorization-server", kOpenid = "/.well-known/openid-configuration";
  const auto url = parse_outbound_url(issuer);
  if (!url) return {};
  const std::string origin = url->origin(), path = path_of(*url);
  std::vector<std::string> places{origin + std::string(kOauth) + path, origin + std::string(kOpenid) + path};
  if (!path.empty()) places.push_back(origin + path + std::string(kOpenid));
  return places;
}

Result<AuthorizationServer> read_authorization_server(JsonRef document, std::string_view mcp_url) {
  AuthorizationServer server{.issuer = document.get("issuer").text()};
  const auto endpoint = [&](std::string_view name, std::string& to, bool needed) -> Status {
    to = document.get(name).text();
    if (to.empty() && !needed) return {};
    if (to.empty()) return fail(Code::upstream_failed, "the metadata of the authorization server lacks " + std::string(name));
    return check_oauth_address(to, mcp_url, name);
  };
  if (auto status = endpoint("token_endpoint", server.token_endpoint, true); !status) return fail(std::move(status.error()));
  for (const auto& [name, to] : {std::pair{"authorization_endpoint", &server.authorization_endpoint},
                                 std::pair{"registration_endpoint", &server.registration_endpoint},
                                 std::pair{"device_authorization_endpoint", &server.device_endpoint}})
    if (auto status = endpoint(name, *to, false); !status) return fail(std::move(status.error()));
  const JsonRef methods = document.get("token_endpoint_auth_methods_supported");
  for (std::size_t i = 0; i < std::min(methods.size(), kMostListed); ++i) server.methods.push_back(methods.at(i).text());
  server.proves_clients = lists(document.get("code_challenge_methods_supported"), "S256");
  server.tells_issuer = is_true(document.get("authorization_response_iss_parameter_supported"));
  server.takes_url_ids = is_true(document.get("client_id_metadata_document_supported"));
  server.offers_offline = lists(document.get("scopes_supported"), "offline_access");
  return server;
}

Result<McpProtection> discover_protection(const Outbound& outbound, const std::string& mcp_url, const McpChallenge& challenge) {
  const auto url = parse_outbound_url(mcp_url);
  if (!url) return fail(url.error());
  auto resource = resource_metadata(outbound, mcp_url, challenge);
  if (!resource) return fail(std::move(resource.error()));
  McpProtection found{.resource = mcp_url.substr(0, mcp_url.find('#')), .scopes = {}, .server = {}};
  std::string identifier;
  if (*resource) {
    const JsonRef metadata = (*resource)->root();
    const std::string named = metadata.get("resource").text();
    if (!is_resource_of(named, mcp_url))
      return odd("the server's metadata is for a different resource, \"" + named.substr(0, 200) + "\"; no token is requested for it");
    found.resource = named;
    found.scopes = listed_scopes(metadata.get("scopes_supported"));
    identifier = metadata.get("authorization_servers").at(0).text();
    if (!identifier.empty())
      if (auto status = check_oauth_address(identifier, mcp_url, "authorization server"); !status) return fail(std::move(status.error()));
  }
  auto server = server_metadata(outbound, identifier, url->origin(), mcp_url);
  if (!server) return fail(std::move(server.error()));
  if (*server) found.server = std::move(**server);
  else if (identifier.empty()) found.server = usual_server(url->origin());
  else return odd("the authorization server " + identifier + " publishes no metadata");
  return found;
}

}  // namespace facio::serve
