// The tokens of a login: kept, renewed, and given to the requests.
#include <chrono>

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/mcp/server/oauth/logins.hpp"
#include "commands/facio/mcp/server/oauth/pending.hpp"

namespace facio::serve {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t kBeforeEndMs = 10'000;      // a token is renewed so long before its end
constexpr std::chrono::seconds kRenewalHolds{10};  // a token that is refused sooner after a renewal is not renewed again
constexpr std::string_view kAccessPart = "/access", kRefreshPart = "/refresh", kClientPart = "/client";

std::string login_command(std::string_view name) { return "facioctl mcp login " + std::string(name); }

}  // namespace

/// The token of one connection, read again when a login has changed.
class McpLogins::Access final : public McpAccess {
 public:
  Access(McpLogins& logins, Key key, std::string url) : logins_(logins), key_(std::move(key)), url_(std::move(url)) {}

  Secret token() override {
    const std::lock_guard lock(mutex_);
    read();
    const std::int64_t end = held_ ? held_->login.expires_at.value_or(0) : 0;
    if (end != 0 && logins_.base_.clock.now_ms() + kBeforeEndMs >= end) (void)renew({});
    return held_ ? held_->access : Secret();
  }

  bool refused(unsigned status, const http::Headers& headers, const Secret& used) override {
    const McpChallenge challenge = read_challenge(headers);
    if (challenge.bearer) logins_.note(key_, url_, challenge);
    const std::lock_guard lock(mutex_);
    seen_ = 0;
    read();
    if (held_ && !held_->access.empty() && !equal_in_constant_time(held_->access.reveal(), used.reveal())) return true;
    if (can_mend(status, challenge)) return true;
    logins_.report(key_, advice_);
    return false;
  }

  [[nodiscard]] std::string advice() const override {
    const std::lock_guard lock(mutex_);
    return advice_;
  }

 private:
  /// Requires, as the others: mutex_ held.
  void read() {
    const std::uint64_t now = logins_.changes_;
    if (seen_ == now) return;
    auto held = logins_.held(key_, url_);
    if (!held) return;  // what was read last is as good
    held_ = std::move(*held);
    seen_ = now;
  }

  bool renew(const std::string& scope) {
    auto renewed = logins_.renewed(key_, url_, held_->access, scope);
    if (renewed) held_ = std::move(*renewed);
    else why_ = renewed.error().message();
    return renewed.has_value();
  }

  bool can_mend(unsigned status, const McpChallenge& challenge) {
    const std::string again = login_command(key_.second);
    if (!held_ || held_->access.empty()) {
      advice_ = held_ && !why_.empty() ? "its login is no longer valid (" + why_ + "); log in again: " + again
                                       : "log in: " + again + "; or give a token with --header 'Authorization=Bearer ${credentials.KEY}'";
      return false;
    }
    if (challenge.wants_more()) {
      const bool more = !covers_scopes(held_->login.scope, challenge.scope);
      if (more && held_->login.grant == "client" && renew(joined_scopes(held_->login.scope, challenge.scope))) return true;
      const std::string what = challenge.scope.empty() ? "further permissions" : "the permission " + challenge.scope;
      advice_ = more ? "it requires " + what + "; log in again: " + again
                     : "it requires " + what + ", which the login already has; try another account: " + again;
      return false;
    }
    if (status == 403 && !challenge.bearer) {
      advice_ = "this account is not allowed to do this; log in with another one: " + again;
      return false;
    }
    const auto now = steady_clock::now();
    if (!renewed_at_ || now - *renewed_at_ > kRenewalHolds) {
      why_.clear();
      renewed_at_ = now;
      if (renew({})) return true;
    }
    advice_ = "its login is no longer valid" + (why_.empty() ? "" : " (" + why_ + ")") + "; log in again: " + again;
    return false;
  }

  McpLogins& logins_;
  const Key key_;
  const std::string url_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::optional<Held> held_;
  std::uint64_t seen_ = 0;
  std::optional<steady_clock::time_point> renewed_at_;
  std::string why_;  ///< of the last renewal that failed
  std::string advice_;
};

std::shared_ptr<McpAccess> McpLogins::access(std::string_view agent, std::string_view name, std::string url) {
  return std::make_shared<Access>(*this, Key{agent, name}, std::move(url));
}

Result<std::optional<McpLogins::Held>> McpLogins::held(const Key& key, std::string_view url) const {
  const auto& [agent, name] = key;
  auto found = stored_.find(agent, name);
  if (!found) return fail(std::move(found.error()));
  if (!*found || (*found)->url != url) return std::optional<Held>{};
  Held held{.login = std::move(**found), .access = {}, .refresh = {}, .client = {}};
  held.client = {.id = held.login.client_id, .method = held.login.client_method};
  for (const auto& [sealed, part, to] :
       {std::tuple{&held.login.access, kAccessPart, &held.access}, std::tuple{&held.login.refresh, kRefreshPart, &held.refresh},
        std::tuple{&held.login.secret, kClientPart, &held.client.secret}}) {
    if (!*sealed) continue;
    auto text = stored_.unseal(agent, name, **sealed, part);
    if (!text) return fail(std::move(text.error()));
    *to = std::move(*text);
    credentials_.also_mask(agent, "mcp " + name + std::string(part), *to);
  }
  return std::optional(std::move(held));
}

Status McpLogins::keep(const Key& key, McpStoredLogin login, const OAuthClient& client, const OAuthTokens& tokens, std::string_view action,
                       const std::function<bool()>& still_wanted) {
  const std::string& agent = key.first;
  const std::string& name = key.second;
  if (!tokens.scope.empty()) login.scope = tokens.scope;
  login.expires_at.reset();
  if (tokens.expires_in > 0) login.expires_at = base_.clock.now_ms() + tokens.expires_in * 1000;
  auto status = base_.store.run([&](store::Transaction& tx) -> Status {
    if (still_wanted && !still_wanted()) return fail(Code::conflict, "the login was cancelled");
    for (const auto& [secret, part, to] :
         {std::tuple{&tokens.access, kAccessPart, &login.access}, std::tuple{&tokens.refresh, kRefreshPart, &login.refresh},
          std::tuple{&client.secret, kClientPart, &login.secret}}) {
      to->reset();
      if (secret->empty()) continue;
      auto sealed = stored_.seal(tx, agent, name, secret->reveal(), part);
      if (!sealed) return fail(std::move(sealed.error()));
      *to = std::move(*sealed);
    }
    if (auto saved = stored_.save(tx, agent, name, login); !saved) return saved;
    AuditEvent event = change_event("mcp_change", std::string(action) + " " + name,
                                    event_details("name", name, "action", action, "issuer", login.issuer, "scope", login.scope));
    event.origin = "mcp";
    return tx.append_audit(agent, event);
  });
  ++changes_;
  if (!status) return status;
  const std::lock_guard lock(mutex_);
  told_.erase(key);
  reported_.erase(key);
  return status;
}

/// The client stays, so that the next login need not register again.
Status McpLogins::drop_tokens(const Key& key, const McpStoredLogin& login) {
  McpStoredLogin rest = login;
  rest.access.reset();
  rest.refresh.reset();
  rest.expires_at.reset();
  auto status = base_.store.run([&](store::Transaction& tx) { return stored_.save(tx, key.first, key.second, rest); });
  ++changes_;
  return status;
}

std::shared_ptr<std::mutex> McpLogins::lock_of(const Key& key) {
  const std::lock_guard lock(mutex_);
  auto& found = locks_[key];
  if (!found) found = std::make_shared<std::mutex>();
  return found;
}

Result<OAuthTokens> McpLogins::renew_with(const Held& held, const std::string& scope) const {
  if (held.login.grant != "client")
    return ask_for_tokens(outbound_, held.login.token_endpoint, held.client,
                          {{"grant_type", "refresh_token"}, {"refresh_token", held.refresh.reveal()}, {"resource", held.login.resource}},
                          stopping_.fd());
  OAuthFields fields{{"grant_type", "client_credentials"}, {"resource", held.login.resource}};
  if (!scope.empty()) fields.emplace_back("scope", scope);
  return ask_for_tokens(outbound_, held.login.token_endpoint, held.client, std::move(fields), stopping_.fd());
}

/// Whoever comes first renews the token, for all. The new ones are durable before they are used: after a rotation the old ones are worth
/// nothing.
Result<McpLogins::Held> McpLogins::renewed(const Key& key, const std::string& url, const Secret& used, const std::string& scope) {
  const auto lock = lock_of(key);
  const std::lock_guard guard(*lock);
  auto now = held(key, url);
  if (!now) return fail(std::move(now.error()));
  if (!*now || (*now)->access.empty()) return fail(Code::unauthenticated, "there is none");
  Held& before = **now;
  if (!equal_in_constant_time(before.access.reveal(), used.reveal())) return std::move(before);
  if (before.refresh.empty() && before.login.grant != "client") return fail(Code::unauthenticated, "it cannot be renewed");
  auto tokens = renew_with(before, scope.empty() ? before.login.scope : scope);
  if (!tokens) {
    if (tokens.error().code() == Code::unauthenticated) (void)drop_tokens(key, before.login);
    return fail(std::move(tokens.error()));
  }
  if (tokens->refresh.empty()) tokens->refresh = before.refresh;
  if (!scope.empty()) before.login.scope = scope;
  if (auto kept = keep(key, before.login, before.client, *tokens, "renewed the login at"); !kept) return fail(std::move(kept.error()));
  auto after = held(key, url);
  if (!after) return fail(std::move(after.error()));
  if (!*after) return fail(Code::unauthenticated, "it was deleted");
  return std::move(**after);
}

void McpLogins::note(const Key& key, const std::string& url, const McpChallenge& challenge) {
  const std::lock_guard lock(mutex_);
  told_[key] = {.url = url, .challenge = challenge};
}

McpChallenge McpLogins::challenge_of(const Key& key, const std::string& url) {
  const std::lock_guard lock(mutex_);
  const auto found = told_.find(key);
  return found != told_.end() && found->second.url == url ? found->second.challenge : McpChallenge{};
}

/// Says so in the audit log, once until something changes.
void McpLogins::report(const Key& key, const std::string& advice) {
  {
    const std::lock_guard lock(mutex_);
    std::string& last = reported_[key];
    if (last == advice) return;
    last = advice;
  }
  AuditEvent event = change_event("mcp_login", "the MCP server " + key.second + " refuses requests: " + advice,
                                  event_details("name", key.second, "advice", advice));
  event.status = "error";
  event.origin = "mcp";
  (void)base_.store.run([&](store::Transaction& tx) { return tx.append_audit(key.first, event); });
}

Result<std::optional<McpLoginInfo>> McpLogins::info(std::string_view agent, std::string_view name, const std::string& url) const {
  return stored_.find(agent, name).map([&](const std::optional<McpStoredLogin>& found) -> std::optional<McpLoginInfo> {
    if (!found || found->url != url || !found->access) return std::nullopt;
    McpLoginInfo info{.issuer = found->issuer, .scope = {}, .expiresAt = {}};
    if (!found->scope.empty()) info.scope = found->scope;
    if (found->expires_at) info.expiresAt = format_rfc3339(*found->expires_at);
    return info;
  });
}

}  // namespace facio::serve
