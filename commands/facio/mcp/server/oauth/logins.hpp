// Logins at the authorization servers of protected MCP servers, and the tokens that came of them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "commands/facio/mcp/server/oauth/access.hpp"
#include "commands/facio/mcp/server/oauth/challenge.hpp"
#include "commands/facio/mcp/server/oauth/requests.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/providers/server/device_logins.hpp"
#include "commands/facio/runtime/documents.hpp"

namespace facio {
class CredentialsService;
}

namespace facio::serve {

/// What is kept of a login; tokens and the client's secret sealed. It is good for the address that it was made for and no other.
struct McpStoredLogin {
  std::string url, resource, issuer, token_endpoint, grant, client_id, client_method, scope;
  std::optional<std::string> redirect_uri;             ///< of a client that was registered here
  std::optional<std::int64_t> expires_at;              ///< epoch milliseconds
  std::optional<std::string> access, refresh, secret;  ///< sealed

  static constexpr ShapeHead shape{"McpStoredLogin", "What is kept of a login"};
  static constexpr auto fields() {
    using L = McpStoredLogin;
    return Fields{field("url", &L::url, "of the MCP server"),
                  field("resource", &L::resource, "what tokens are for"),
                  field("issuer", &L::issuer, "authorization server"),
                  field("tokenEndpoint", &L::token_endpoint, "where tokens are renewed"),
                  field("grant", &L::grant, "kind of login"),
                  field("clientId", &L::client_id, "who asks"),
                  field("clientMethod", &L::client_method, "how the client identifies itself"),
                  field("scope", &L::scope, "permissions"),
                  field("redirectUri", &L::redirect_uri, "of a registered client"),
                  field("expiresAt", &L::expires_at, "end of the access token"),
                  field("access", &L::access, "sealed"),
                  field("refresh", &L::refresh, "sealed"),
                  field("secret", &L::secret, "sealed")};
  }
};

/// Safe from any thread. Pending logins live in memory.
class McpLogins {
 public:
  McpLogins(const ServiceContext& context, const CredentialsService& credentials, const Outbound& outbound);
  ~McpLogins();

  /// Called after a login has given a token, from any thread.
  using Connect = std::function<void(const std::string& agent, const std::string& name)>;
  void on_login(Connect connect) { connect_ = std::move(connect); }
  /// Stops the pending logins by device, and ends renewals.
  void stop() {
    stopping_.cancel("the server is stopping");
    devices_.stop();
  }

  /// Starts a login; a pending one of the same server is given up. Asks the MCP server and its authorization server. Code::upstream_failed,
  /// Code::upstream_timeout, Code::rejected: what was asked for does not fit them.
  Result<McpLoginStarted> start(std::string_view agent, std::string_view name, const std::string& url, const McpLogin& asked);
  /// Ends a login with the address that the browser was sent to. Code::not_found, Code::rejected: it belongs to another login, which leaves
  /// this one pending. What the authorization server refuses is in the state.
  Result<McpLoginState> finish(std::string_view agent, std::string_view name, const McpLoginFinish& given);
  /// Ended ones are known for ten minutes. Code::not_found.
  Result<McpLoginState> state(std::string_view agent, std::string_view name, std::string_view session);
  /// Forgets tokens, client and pending logins.
  Status forget(std::string_view agent, std::string_view name);
  /// What is known of the login of the server at this address; nothing when there is none.
  Result<std::optional<McpLoginInfo>> info(std::string_view agent, std::string_view name, const std::string& url) const;

  /// For the requests to the server at `url`. The McpLogins outlives it.
  std::shared_ptr<McpAccess> access(std::string_view agent, std::string_view name, std::string url);

 private:
  class Access;
  using Key = std::pair<std::string, std::string>;  ///< agent and server
  struct Pending;
  struct Told {
    std::string url;
    McpChallenge challenge;
  };
  /// A stored login with its tokens.
  struct Held {
    McpStoredLogin login;
    Secret access, refresh;
    OAuthClient client;
  };

  [[nodiscard]] Result<std::optional<Held>> held(const Key& key, std::string_view url) const;
  Result<Held> renewed(const Key& key, const std::string& url, const Secret& used, const std::string& scope);
  Result<OAuthTokens> renew_with(const Held& held, const std::string& scope) const;
  Status keep(const Key& key, McpStoredLogin login, const OAuthClient& client, const OAuthTokens& tokens, std::string_view action,
              const std::function<bool()>& still_wanted = {});
  Status drop_tokens(const Key& key, const McpStoredLogin& login);
  void note(const Key& key, const std::string& url, const McpChallenge& challenge);
  McpChallenge challenge_of(const Key& key, const std::string& url);
  Result<OAuthClient> client_for(const Key& key, const std::string& url, const McpProtection& protection, const McpLogin& asked,
                                 const std::string& redirect_uri, const std::string& scope) const;
  Result<McpLoginStarted> by_code(const std::shared_ptr<Pending>& pending, const AuthorizationServer& server);
  Result<McpLoginStarted> by_device(const std::shared_ptr<Pending>& pending, const AuthorizationServer& server);
  Result<McpLoginStarted> by_client(const std::shared_ptr<Pending>& pending);
  Status store_device(const DeviceLogins::Connected& connected);
  void remember(const std::shared_ptr<Pending>& pending);
  std::shared_ptr<Pending> find_pending(const Key& key, std::string_view session);
  Result<McpLoginState> settle(const std::shared_ptr<Pending>& pending, const RedirectAnswer& answer);
  std::shared_ptr<std::mutex> lock_of(const Key& key);
  void report(const Key& key, const std::string& advice);

  const ServiceContext& base_;
  const CredentialsService& credentials_;
  const Outbound& outbound_;
  const Documents<McpStoredLogin> stored_;
  Connect connect_;
  Cancel stopping_;
  std::atomic<std::uint64_t> changes_ = 1;  ///< of stored logins
  std::mutex mutex_;                        ///< guards what follows
  std::map<Key, Told> told_;                ///< the last challenges
  std::map<Key, std::string> reported_;     ///< the advice that is in the audit log
  std::map<Key, std::shared_ptr<Pending>> device_logins_;
  std::map<Key, std::shared_ptr<std::mutex>> locks_;
  std::map<std::string, std::shared_ptr<Pending>, std::less<>> pending_;
  DeviceLogins devices_;  ///< last: its threads use what stands above
};

}  // namespace facio::serve
