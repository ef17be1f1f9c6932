// Providers of models: what is known of each, its key and address, and logging in by device.
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

/// What every request to a provider carries besides its key.
struct ProviderExtras {
  std::vector<std::pair<std::string, Secret>> headers;
  std::string body;  ///< JSON object to lay over the body; may be empty
};

/// Safe from any thread.
class ProvidersService {
 public:
  ProvidersService(const serve::ServiceContext& context, const serve::Outbound& outbound, const CredentialsService& credentials);

  /// Where the login of github_copilot goes; before the first request.
  void use(serve::DeviceFlow github) { github_ = std::move(github); }
  /// Ends what goes on in the background. Nothing is started any more.
  void stop() { logins_.stop(); }

  /// All known providers with what is stored for them.
  Result<ProviderList> list(std::string_view agent);
  /// Stores key and address of a provider that has neither. Code::rejected, Code::not_found, Code::conflict.
  Result<Provider> create(store::Transaction& transaction, std::string_view agent, JsonRef body);
  /// Changes key, address, or both. Code::rejected, Code::not_found.
  Result<Provider> set(store::Transaction& transaction, std::string_view agent, std::string_view name, JsonRef body);
  /// Forgets all that is stored, and gives up a login that waits. Code::not_found for an unknown provider.
  Result<Provider> clear(store::Transaction& transaction, std::string_view agent, std::string_view name);

  /// Starts a login by device. Blocks: asks the authorization server. Code::rejected for a provider without such a login,
  /// Code::not_found, Code::upstream_failed, Code::upstream_timeout.
  Result<ProviderLogin> start_login(std::string_view agent, std::string_view name);
  /// How far a login is. Code::rejected, Code::not_found.
  Result<ProviderLoginState> login_state(std::string_view agent, std::string_view name, std::string_view session);

  /// The key (or the token of a login) for a request to the provider, with its placeholders filled in. Code::not_found when none is
  /// stored, or one of its placeholders means nothing.
  Result<Secret> key(std::string_view agent, std::string_view name);
  /// The address of its API: the stored one, else the default; empty when there is neither. Code::not_found for an unknown provider.
  Result<std::string> api_base(std::string_view agent, std::string_view name);
  /// Further headers, with their placeholders filled in, and members of the body. Code::not_found as of key().
  Result<ProviderExtras> extras(std::string_view agent, std::string_view name);

 private:
  [[nodiscard]] Result<StoredProvider> stored(std::string_view agent, std::string_view name) const;
  [[nodiscard]] Result<std::map<std::string, std::string>> headers_of(std::string_view agent, std::string_view name,
                                                                      const StoredProvider& stored) const;
  Status lay_extras(store::Transaction& tx, std::string_view agent, std::string_view name, StoredProvider& stored,
                    ProviderChange& change) const;
  Result<Provider> apply(store::Transaction& tx, std::string_view agent, const providers::Known& provider, StoredProvider stored,
                         ProviderChange change) const;
  Result<Provider> write(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef body, bool create);
  Status save(store::Transaction& tx, std::string_view agent, std::string_view name, const StoredProvider& stored, AuditEvent event) const;
  Status keep(const serve::DeviceLogins::Connected& connected) const;

  const serve::ServiceContext& base_;
  const CredentialsService& credentials_;
  const serve::Documents<StoredProvider> stored_;
  serve::DeviceFlow github_;
  serve::DeviceLogins logins_;
};

}  // namespace facio
