#include "commands/facio/mcp/server/oauth/requests.hpp"

#include <algorithm>
#include <cstring>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostAnswer = std::size_t{64} * 1024;
constexpr std::size_t kLongestToken = std::size_t{32} * 1024, kLongestWords = 300, kLongestRedirect = 8192;
constexpr std::int64_t kLongestLife = std::int64_t{10} * 365 * 24 * 3600;
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

bool is_visible(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// A text of the other side as part of an error.
std::string plain_words(std::string text) {
  text.resize(std::min(text.size(), kLongestWords));
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return text;
}

/// "error: description"; empty if the answer holds no error.
std::string refusal_in(JsonRef answer) {
  std::string words = plain_words(answer.get("error").text());
  if (const std::string more = plain_words(answer.get("error_description").text()); !words.empty() && !more.empty()) words += ": " + more;
  return words;
}

std::string origin_of(const std::string& address) {
  const auto parsed = parse_outbound_url(address);
  return parsed ? parsed->origin() : "the authorization server";
}

bool knows(const AuthorizationServer& server, std::string_view method) {
  return std::ranges::find(server.methods, method) != server.methods.end();
}

}  // namespace

std::string token_method(const AuthorizationServer& server, bool has_secret) {
  if (!has_secret) return "none";
  return knows(server, "client_secret_post") && !knows(server, "client_secret_basic") ? "client_secret_post" : "client_secret_basic";
}

Result<OAuthClient> register_client(const Outbound& outbound, const AuthorizationServer& server, const std::string& redirect_uri,
                                    const std::string& scope) {
  using Texts = std::vector<std::string>;
  const bool device = redirect_uri.empty();
  const bool open = server.methods.empty() || knows(server, "none");
  const std::string asked = open ? "none" : token_method(server, true);
  const Texts grants =
      device ? Texts{"urn:ietf:params:oauth:grant-type:device_code", "refresh_token"} : Texts{"authorization_code", "refresh_token"};
  const auto maybe = [device](Texts texts) { return device ? std::nullopt : std::optional(std::move(texts)); };
  const std::string body = json_object("client_name", "facioctl", "redirect_uris", maybe({redirect_uri}), "grant_types", grants,
                                       "response_types", maybe({"code"}), "token_endpoint_auth_method", asked, "application_type", "native",
                                       "scope", scope.empty() ? std::nullopt : std::optional(scope))
                               .text;
  const std::string who = origin_of(server.registration_endpoint);
  auto reply = outbound.send(
      {.method = "POST", .url = server.registration_endpoint, .body = body, .content_type = "application/json", .most_bytes = kMostAnswer});
  if (!reply) return fail(std::move(reply.error()));
  const auto document = JsonDocument::parse(reply->body);
  const JsonRef answer = document ? document->root() : JsonRef();
  const std::string id = answer.get("client_id").text();
  if ((reply->status != 200 && reply->status != 201) || !is_visible(id, 2048)) {
    const std::string words = refusal_in(answer);
    return fail(Code::upstream_failed, who + " did not register this client (HTTP " + std::to_string(reply->status) +
                                           (words.empty() ? "" : ", " + words) +
                                           "); register a client there manually and log in with --client-id");
  }
  OAuthClient client{.id = id};
  const std::string secret = answer.get("client_secret").text(), given = answer.get("token_endpoint_auth_method").text();
  const bool told = given == "client_secret_basic" || given == "client_secret_post" || given == "none";
  client.method = told ? given : !secret.empty() && !knows(server, "none") ? token_method(server, true) : asked;
  if (client.method == "none") return client;
  if (!is_visible(secret, kLongestToken)) return fail(Code::upstream_failed, who + " registered this client without a secret");
  client.secret = Secret(secret);
  return client;
}

std::string code_challenge(std::string_view verifier) {
  const std::string digits = sha256_hex({verifier});
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes += static_cast<char>(hex_value(digits[i]) * 16 + hex_value(digits[i + 1]));
  std::string text = base64_encode(bytes);
  std::erase(text, '=');
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::string authorization_address(const AuthorizationServer& server, const AuthorizationRequest& request) {
  const std::string challenge = code_challenge(request.verifier);
  OAuthFields fields{{"response_type", "code"},     {"client_id", request.client_id}, {"redirect_uri", request.redirect_uri},
                     {"state", request.state},      {"code_challenge", challenge},    {"code_challenge_method", "S256"},
                     {"resource", request.resource}};
  if (!request.scope.empty()) fields.emplace_back("scope", request.scope);
  const std::string& base = server.authorization_endpoint;
  return base + (base.find('?') == std::string::npos ? "?" : "&") + form_body(fields);
}

Result<OAuthTokens> read_tokens(JsonRef answer) {
  const std::string type = answer.get("token_type").text(), access = answer.get("access_token").text();
  if (!type.empty() && !equals_ignoring_case(type, "Bearer"))
    return fail(Code::upstream_failed,
                "the authorization server issued a token of type " + plain_words(type) + ", which this facioctl does not know");
  if (!is_visible(access, kLongestToken)) return fail(Code::upstream_failed, "the answer of the authorization server contains no token");
  OAuthTokens tokens{.access = Secret(access), .refresh = {}, .scope = joined_scopes(answer.get("scope").text())};
  if (const std::string refresh = answer.get("refresh_token").text(); is_visible(refresh, kLongestToken)) tokens.refresh = Secret(refresh);
  if (const JsonRef life = answer.get("expires_in"); life.is(JsonKind::integer))
    tokens.expires_in = std::clamp<std::int64_t>(life.integer(), 1, kLongestLife);
  return tokens;
}

Result<OAuthTokens> ask_for_tokens(const Outbound& outbound, const std::string& token_endpoint, const OAuthClient& client,
                                   OAuthFields fields, int cancel) {
  OutboundRequest request{
      .method = "POST", .url = token_endpoint, .content_type = std::string(kFormType), .most_bytes = kMostAnswer, .cancel = cancel};
  if (client.method == "client_secret_basic") {
    const std::string both = percent_encode(client.id) + ":" + percent_encode(client.secret.reveal());
    request.headers.emplace_back("Authorization", Secret("Basic " + base64_encode(both)));
  } else {
    fields.emplace_back("client_id", client.id);
    if (client.method == "client_secret_post") fields.emplace_back("client_secret", client.secret.reveal());
  }
  request.body = form_body(fields);
  auto reply = outbound.send(request);
  explicit_bzero(request.body.data(), request.body.size());
  if (!reply) return fail(std::move(reply.error()));
  const auto document = JsonDocument::parse(reply->body);
  const JsonRef answer = document ? document->root() : JsonRef();
  if (const std::string words = refusal_in(answer); !words.empty() && reply->status < 500)
    return fail(Code::unauthenticated, origin_of(token_endpoint) + " refused: " + words);
  if (reply->status != 200)
    return fail(Code::upstream_failed,
                origin_of(token_endpoint) + " answered the request for a token with HTTP " + std::to_string(reply->status));
  return read_tokens(answer);
}

Result<RedirectAnswer> read_redirect(std::string_view address) {
  const auto refuse = [] {
    return reject_field("redirected", "must be the whole address of the browser's last page, including code and state");
  };
  address = trimmed(address);
  if (address.size() > kLongestRedirect) return refuse();
  address = address.substr(0, address.find('#'));
  if (const auto query = address.find('?'); query != std::string_view::npos) address.remove_prefix(query + 1);
  RedirectAnswer answer;
  while (!address.empty()) {
    std::string_view value = split_off(address, '&');
    const std::string_view name = split_off(value, '=');
    auto text = percent_decode(value, true);
    if (!text) return refuse();
    for (const auto& [known, to] : {std::pair{"code", &answer.code}, std::pair{"state", &answer.state}, std::pair{"iss", &answer.issuer},
                                    std::pair{"error", &answer.error}, std::pair{"error_description", &answer.description}})
      if (name == known && to->empty()) *to = *text;
  }
  if (answer.state.empty() || (answer.code.empty() && answer.error.empty())) return refuse();
  answer.error = plain_words(std::move(answer.error));
  answer.description = plain_words(std::move(answer.description));
  return answer;
}

}  // namespace facio::serve
