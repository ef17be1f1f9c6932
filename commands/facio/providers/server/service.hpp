// Model providers: their keys, addresses and device logins.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/providers/server/device_logins.hpp"
#include "commands/facio/runtime/documents.hpp"

namespace facio {

class CredentialsService;
namespace providers {
struct Known;
}
struct ProviderChange;
struct StoredProvider;

/// What every request to a provider carries besides the key.
struct ProviderExtras {
  std::vector<std::pair<std::string, Secret>> headers;
  std::string body;  ///< JSON object to merge over the request body; may be empty
  TimeLimits limits = {};
};

/// Safe from any thread.
class ProvidersService {
 public:
  ProvidersService(const serve::ServiceContext& context, const serve::Outbound& outbound, const CredentialsService& credentials);

  /// Sets where github_copilot logs in. Call before the first request.
  void use(serve::DeviceFlow github) { github_ = std::move(github); }
  /// Stops the pending logins; no new ones are started.
  void stop() { logins_.stop(); }

  /// All known providers, each with what is stored for it.
  Result<ProviderList> list(std::string_view agent);
  /// Stores key and address of a provider that has neither. Code::rejected, Code::not_found, Code::conflict.
  Result<Provider> create(store::Transaction& transaction, std::string_view agent, JsonRef body);
  /// Changes key, address, or both. Code::rejected, Code::not_found.
  Result<Provider> set(store::Transaction& transaction, std::string_view agent, std::string_view name, JsonRef body);
  /// Erases what is stored, and cancels a pending login. Code::not_found for an unknown provider.
  Result<Provider> clear(store::Transaction& transaction, std::string_view agent, std::string_view name);

  /// Keys by providers or their variables ("openai", "OPENAI_API_KEY"), as settings had them once; null removes one. Code::rejected.
  Status set_keys(store::Transaction& transaction, std::string_view agent, JsonRef keys);

  /// Starts a device login. Blocks on the authorization server. Code::rejected for a provider without such a login,
  /// Code::not_found, Code::upstream_failed, Code::upstream_timeout.
  Result<ProviderLogin> start_login(std::string_view agent, std::string_view name);
  /// The state of a login. Code::rejected, Code::not_found.
  Result<ProviderLoginState> login_state(std::string_view agent, std::string_view name, std::string_view session);

  /// The key (or the token of a login) with its placeholders resolved. Code::not_found when there is none, or for an unknown placeholder.
  Result<Secret> key(std::string_view agent, std::string_view name);
  /// The base URL: the stored one, else the default; may be empty. Code::not_found for an unknown provider.
  Result<std::string> api_base(std::string_view agent, std::string_view name);
  /// Extra headers, with their placeholders resolved, and body members. Code::not_found as for key().
  Result<ProviderExtras> extras(std::string_view agent, std::string_view name);

 private:
  [[nodiscard]] Result<StoredProvider> stored(std::string_view agent, std::string_view name) const;
  [[nodiscard]] Result<std::map<std::string, std::string>> headers_of(std::string_view agent, std::string_view name,
                                                                      const StoredProvider& stored) const;
  Status apply_extras(store::Transaction& tx, std::string_view agent, std::string_view name, StoredProvider& stored,
                      ProviderChange& change) const;
  Result<Provider> apply(store::Transaction& tx, std::string_view agent, const providers::Known& provider, StoredProvider stored,
                         ProviderChange change) const;
  Result<Provider> write(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef body, bool create);
  Status save(store::Transaction& tx, std::string_view agent, std::string_view name, const StoredProvider& stored, AuditEvent event) const;
  Status store_token(const serve::DeviceLogins::Connected& connected) const;

  const serve::ServiceContext& base_;
  const CredentialsService& credentials_;
  const serve::Documents<StoredProvider> stored_;
  serve::DeviceFlow github_;
  serve::DeviceLogins logins_;
};

}  // namespace facio
