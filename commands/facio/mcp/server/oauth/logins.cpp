#include "commands/facio/mcp/server/oauth/logins.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/encoding.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/mcp/server/http_transport.hpp"
#include "commands/facio/mcp/server/oauth/pending.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kForLogin{900}, kEndedFor{600};
constexpr std::size_t kMostPending = 100;
constexpr int kProbeMs = 10'000;
constexpr std::int64_t kPollEvery = 2;  // seconds
/// Where nothing listens: the browser shows the address, which is then given to `mcp finish`.
constexpr std::string_view kUsualRedirect = "http://127.0.0.1:47113/callback";

Status check_redirect(const std::string& uri) {
  const auto parsed = parse_outbound_url(uri);
  if (!parsed) return reject_field("redirectUri", parsed.error().message());
  if (parsed->address.is_exposed())
    return reject_field("redirectUri", "must begin with https, or be on this machine, such as http://127.0.0.1:8000/");
  return {};
}

/// What a server without a token says to a first request.
Result<McpChallenge> probe(const Outbound& outbound, const std::string& url) {
  constexpr std::string_view kHello =
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},)"
      R"("clientInfo":{"name":"facioctl","version":")" FACIOCTL_VERSION R"("}}})";
  const auto answer = outbound.open({.method = "POST",
                                     .url = url,
                                     .body = std::string(kHello),
                                     .content_type = "application/json",
                                     .accept = "application/json, text/event-stream",
                                     .timeout_ms = kProbeMs});
  if (!answer) return fail(answer.error());
  return answer->status() == 401 || answer->status() == 403 ? read_challenge(answer->headers()) : McpChallenge{};
}

}  // namespace

McpLogins::McpLogins(const ServiceContext& context, const CredentialsService& credentials, const Outbound& outbound)
    : base_(context),
      credentials_(credentials),
      outbound_(outbound),
      stored_(context, "mcp_login", [](std::string_view id) { return "the login at the MCP server " + std::string(id); }),
      devices_(outbound, context.pool, [this](const auto& connected) { return store_device(connected); }) {}
McpLogins::~McpLogins() = default;

void McpLogins::remember(const std::shared_ptr<Pending>& pending) {
  const auto now = steady_clock::now();
  const std::lock_guard lock(mutex_);
  std::erase_if(pending_, [&](const auto& entry) { return entry.second->forgotten <= now; });
  for (const auto& [id, other] : pending_)
    if (other->key == pending->key && other->state.status == "pending") other->end("error", "replaced by a newer login");
  while (pending_.size() >= kMostPending)
    pending_.erase(std::ranges::min_element(pending_, {}, [](const auto& entry) { return entry.second->forgotten; }));
  pending->expires = now + kForLogin;
  pending->forgotten = pending->expires + kEndedFor;
  pending_.emplace(pending->id, pending);
}

std::shared_ptr<McpLogins::Pending> McpLogins::find_pending(const Key& key, std::string_view session) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(session);
  if (found == pending_.end() || found->second->key != key || found->second->forgotten <= steady_clock::now()) return nullptr;
  Pending& login = *found->second;
  if (!login.device && !login.busy && login.state.status == "pending" && login.expires <= steady_clock::now())
    login.end("error", "expired");
  return found->second;
}

Result<OAuthClient> McpLogins::client_for(const Key& key, const std::string& url, const McpProtection& protection, const McpLogin& asked,
                                          const std::string& redirect_uri, const std::string& scope) const {
  const AuthorizationServer& server = protection.server;
  if (asked.clientId) {
    if (asked.clientId->starts_with("https://") && !server.takes_url_ids)
      return reject_field("clientId", "the authorization server " + server.issuer + " does not accept an address as a client id");
    const Secret secret = asked.clientSecret.value_or(Secret());
    return OAuthClient{.id = *asked.clientId, .method = token_method(server, !secret.empty()), .secret = secret};
  }
  if (auto before = held(key, url); !before) {
    return fail(std::move(before.error()));
  } else if (*before) {
    const McpStoredLogin& login = (*before)->login;
    const bool same = login.issuer == server.issuer && login.token_endpoint == server.token_endpoint;
    if (same && login.redirect_uri.value_or(redirect_uri) == redirect_uri) return (*before)->client;
  }
  if (server.registration_endpoint.empty())
    return reject_field("clientId", "the authorization server " + server.issuer +
                                        " does not register clients automatically; register one there and log in with --client-id");
  return register_client(outbound_, server, redirect_uri, scope);
}

Result<McpLoginStarted> McpLogins::start(std::string_view agent, std::string_view name, const std::string& url, const McpLogin& asked) {
  const Key key{agent, name};
  const auto address = parse_outbound_url(url);
  if (!address || address->address.is_exposed())
    return reject_field("name", "the MCP server has no https address, so its tokens could be intercepted");
  McpChallenge challenge = challenge_of(key, url);
  if (!challenge.bearer) {
    auto told = probe(outbound_, url);
    if (!told) return fail(std::move(told.error()));
    challenge = std::move(*told);
  }
  const auto protection = discover_protection(outbound_, url, challenge);
  if (!protection) return fail(protection.error());
  auto pending = std::make_shared<Pending>();
  const std::string grant = asked.grant.value_or("code");
  std::string redirect_uri = grant == "code" ? asked.redirectUri.value_or(std::string(kUsualRedirect)) : std::string();
  if (grant == "code")
    if (auto status = check_redirect(redirect_uri); !status) return fail(std::move(status.error()));
  std::string scope = joined_scopes(asked.scope.value_or(challenge.scope.empty() ? protection->scopes : challenge.scope));
  if (challenge.wants_more() && !asked.scope)
    if (const auto before = held(key, url); before && *before) scope = joined_scopes((*before)->login.scope, scope);
  if (protection->server.offers_offline && !asked.scope && grant != "client") scope = joined_scopes(scope, "offline_access");
  auto client = client_for(key, url, *protection, asked, redirect_uri, scope);
  if (!client) return fail(std::move(client.error()));
  pending->key = key;
  pending->tells_issuer = protection->server.tells_issuer;
  pending->client = std::move(*client);
  pending->login = {.url = url,
                    .resource = protection->resource,
                    .issuer = protection->server.issuer,
                    .token_endpoint = protection->server.token_endpoint,
                    .grant = grant,
                    .client_id = pending->client.id,
                    .client_method = pending->client.method,
                    .scope = scope};
  if (!asked.clientId) pending->login.redirect_uri = redirect_uri;
  pending->redirect_uri = std::move(redirect_uri);
  if (grant == "device") return by_device(pending, protection->server);
  return grant == "client" ? by_client(pending) : by_code(pending, protection->server);
}

Result<McpLoginStarted> McpLogins::by_code(const std::shared_ptr<Pending>& pending, const AuthorizationServer& server) {
  if (server.authorization_endpoint.empty())
    return fail(Code::upstream_failed, "the authorization server " + server.issuer + " has no login page");
  if (!server.proves_clients)
    return fail(Code::upstream_failed,
                "the authorization server " + server.issuer +
                    " does not support PKCE with S256, without which a code could be stolen, so the login was not started");
  pending->id = random_hex(16);
  pending->state_text = random_hex(24);
  pending->verifier = random_hex(32);
  const std::string address = authorization_address(server, {.client_id = pending->client.id,
                                                             .redirect_uri = pending->redirect_uri,
                                                             .state = pending->state_text,
                                                             .verifier = pending->verifier,
                                                             .scope = pending->login.scope,
                                                             .resource = pending->login.resource});
  remember(pending);
  return McpLoginStarted{.sessionId = pending->id,
                         .mode = "code",
                         .userCode = {},
                         .verificationUri = address,
                         .verificationUriComplete = {},
                         .redirectUri = pending->redirect_uri,
                         .expiresIn = kForLogin.count(),
                         .interval = kPollEvery};
}

Result<McpLoginStarted> McpLogins::by_device(const std::shared_ptr<Pending>& pending, const AuthorizationServer& server) {
  if (server.device_endpoint.empty())
    return reject_field("grant", "the authorization server " + server.issuer + " does not support the device flow; log in with a browser");
  DeviceFlow flow{.device_url = server.device_endpoint,
                  .token_url = server.token_endpoint,
                  .user_url = {},
                  .client_id = pending->client.id,
                  .scope = pending->login.scope,
                  .fields = {{"resource", Secret(pending->login.resource)}}};
  if (!pending->client.secret.empty()) flow.fields.emplace_back("client_secret", pending->client.secret);
  pending->device = true;
  {
    // The answer may come before start() returns.
    const std::lock_guard lock(mutex_);
    device_logins_[pending->key] = pending;
  }
  auto started = devices_.start(pending->key.first, pending->key.second, flow);
  if (!started) return fail(std::move(started.error()));
  pending->id = started->sessionId;
  remember(pending);
  return McpLoginStarted{.sessionId = pending->id,
                         .mode = "device",
                         .userCode = started->userCode,
                         .verificationUri = started->verificationUri,
                         .verificationUriComplete = started->verificationUriComplete,
                         .redirectUri = {},
                         .expiresIn = started->expiresIn,
                         .interval = started->interval};
}

Status McpLogins::store_device(const DeviceLogins::Connected& connected) {
  const Key key{connected.agent, connected.provider};
  std::shared_ptr<Pending> pending;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = device_logins_.find(key); found != device_logins_.end()) pending = found->second;
  }
  if (!pending) return fail(Code::conflict, "the login was cancelled");
  const auto document = JsonDocument::parse(connected.answer.reveal());
  if (!document) return fail(document.error());
  const auto tokens = read_tokens(document->root());
  if (!tokens) return fail(tokens.error());
  auto status = keep(key, pending->login, pending->client, *tokens, "logged in at", connected.still_pending);
  if (status && connect_) connect_(key.first, key.second);
  return status;
}

/// Nobody is asked: the client itself gets the token.
Result<McpLoginStarted> McpLogins::by_client(const std::shared_ptr<Pending>& pending) {
  if (pending->client.secret.empty()) return reject_field("clientSecret", "grant client needs --client-id and the client's secret");
  const Held asks{.login = pending->login, .access = {}, .refresh = {}, .client = pending->client};
  auto tokens = renew_with(asks, pending->login.scope);
  if (!tokens)
    return fail(tokens.error().code() == Code::unauthenticated ? Code::upstream_failed : tokens.error().code(), tokens.error().message());
  if (auto status = keep(pending->key, pending->login, pending->client, *tokens, "logged in at"); !status)
    return fail(std::move(status.error()));
  pending->id = random_hex(16);
  pending->state = {.status = "ok", .error = {}, .scope = {}};
  if (!pending->login.scope.empty()) pending->state.scope = pending->login.scope;
  remember(pending);
  if (connect_) connect_(pending->key.first, pending->key.second);
  return McpLoginStarted{.sessionId = pending->id,
                         .mode = "client",
                         .userCode = {},
                         .verificationUri = {},
                         .verificationUriComplete = {},
                         .redirectUri = {},
                         .expiresIn = 0,
                         .interval = kPollEvery};
}

Result<McpLoginState> McpLogins::settle(const std::shared_ptr<Pending>& pending, const RedirectAnswer& answer) {
  const auto ended = [&](std::string error) {
    const std::lock_guard lock(mutex_);
    pending->end("error", std::move(error));
    return pending->state;
  };
  // RFC 9207: the answer of another authorization server than the one that was asked is not taken to this one.
  if (!answer.issuer.empty() ? answer.issuer != pending->login.issuer : pending->tells_issuer)
    return ended("the answer does not come from " + pending->login.issuer + (answer.issuer.empty() ? ": it names no issuer" : ""));
  if (!answer.error.empty()) return ended(answer.error + (answer.description.empty() ? "" : ": " + answer.description));
  auto tokens = ask_for_tokens(outbound_, pending->login.token_endpoint, pending->client,
                               {{"grant_type", "authorization_code"},
                                {"code", answer.code},
                                {"redirect_uri", pending->redirect_uri},
                                {"code_verifier", pending->verifier},
                                {"resource", pending->login.resource}});
  if (!tokens && tokens.error().code() != Code::unauthenticated && tokens.error().code() != Code::upstream_failed)
    return fail(std::move(tokens.error()));
  if (!tokens) return ended(tokens.error().message());
  if (auto status = keep(pending->key, pending->login, pending->client, *tokens, "logged in at"); !status)
    return fail(std::move(status.error()));
  McpLoginState done;
  {
    const std::lock_guard lock(mutex_);
    pending->end("ok", std::nullopt);
    pending->state.scope = tokens->scope.empty() ? pending->login.scope : tokens->scope;
    if (pending->state.scope->empty()) pending->state.scope.reset();
    done = pending->state;
  }
  if (connect_) connect_(pending->key.first, pending->key.second);
  return done;
}

Result<McpLoginState> McpLogins::finish(std::string_view agent, std::string_view name, const McpLoginFinish& given) {
  const auto pending = find_pending({std::string(agent), std::string(name)}, given.sessionId);
  if (!pending || pending->device)
    return fail(Code::not_found, "unknown login session for " + std::string(name) + " (it may have expired); start a new one",
                "facioctl mcp login " + std::string(name));
  const auto answer = read_redirect(given.redirected);
  if (!answer) return fail(answer.error());
  if (!equal_in_constant_time(answer->state, pending->state_text))
    return reject_field("redirected", "belongs to a different login: its state is not the one that was sent");
  {
    const std::lock_guard lock(mutex_);
    if (pending->busy || pending->state.status != "pending") return pending->state;
    pending->busy = true;
  }
  auto state = settle(pending, *answer);
  const std::lock_guard lock(mutex_);
  pending->busy = false;
  return state;
}

Result<McpLoginState> McpLogins::state(std::string_view agent, std::string_view name, std::string_view session) {
  const auto pending = find_pending({std::string(agent), std::string(name)}, session);
  if (!pending)
    return fail(Code::not_found, "unknown login session for " + std::string(name) + " (it may have expired); start a new one",
                "facioctl mcp login " + std::string(name));
  McpLoginState known;
  {
    const std::lock_guard lock(mutex_);
    known = pending->state;
  }
  if (pending->device && known.status == "pending")
    return devices_.state(agent, name, session).map([](ProviderLoginState state) {
      return McpLoginState{.status = std::move(state.status), .error = std::move(state.error), .scope = {}};
    });
  return known;
}

Status McpLogins::forget(std::string_view agent, std::string_view name) {
  const Key key{agent, name};
  devices_.cancel(agent, name, "cancelled: the login was deleted");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, pending] : pending_)
      if (pending->key == key && pending->state.status == "pending") pending->end("error", "cancelled: the login was deleted");
    told_.erase(key);
    reported_.erase(key);
    device_logins_.erase(key);
  }
  auto erased = base_.store.run([&](store::Transaction& tx) { return stored_.erase(tx, agent, name).map([](bool) {}); });
  ++changes_;
  return erased;
}

}  // namespace facio::serve
