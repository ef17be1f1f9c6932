// Secrets of an agent: sealed in the store, resolved only where they are used.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/credentials/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"
#include "commands/serve/alarm_clock.hpp"

namespace facio {
namespace credentials {
class Mask;
}
struct StoredCredential;

/// Safe from any thread. A change is part of a unit of work; changed() makes its deadline count once it is durable.
class CredentialsService {
 public:
  explicit CredentialsService(const serve::ServiceContext& context);
  ~CredentialsService();

  /// Takes back what was exposed until an instant that has passed, and does so from now on by itself at each such instant.
  Status start(std::span<const std::string_view> agents);

  /// All secrets by key, without their values.
  Result<CredentialList> list(std::string_view agent);
  /// One secret without its value; Code::not_found.
  Result<Credential> get(std::string_view agent, std::string_view key);

  /// Stores a new secret. Code::conflict when the key is taken, Code::rejected for a key or value that cannot be.
  Result<Credential> create(store::Transaction& tx, std::string_view agent, const CredentialCreate& body);
  /// Stores a secret, or another value for one; whether it is exposed stays as it is.
  Result<Credential> put(store::Transaction& tx, std::string_view agent, std::string_view key, const Secret& value);
  /// Gives a secret to shell tools, for a while when the body says so, or takes it away.
  Result<Credential> expose(store::Transaction& tx, std::string_view agent, std::string_view key, const CredentialExposed& body);
  Result<CredentialDeleted> remove(store::Transaction& tx, std::string_view agent, std::string_view key);
  /// To be called when a change of this secret is durable.
  void changed(std::string_view agent, const Credential& credential);

  /// Takes back what is due now; gives how many. The clock of start() calls it.
  Result<std::size_t> withdraw_due();

  /// `text` with every ${credentials.KEY} replaced by its value. Code::not_found names a key without a secret. For the boundary only: what
  /// another program or host is given.
  [[nodiscard]] Result<Secret> resolve(std::string_view agent, std::string_view text) const;
  /// What shell tools get as environment variables now.
  [[nodiscard]] Result<std::map<std::string, Secret>> exposed(std::string_view agent) const;

  /// `text` with every stored secret of at least six characters replaced by its placeholder, and those of also_mask() by ***: for whatever
  /// is kept or shown and came from outside, as the output of tools. Takes no lock for long; costs one pass over the text.
  [[nodiscard]] std::string masked(std::string_view agent, std::string_view text) const;
  /// Takes off the beginning of `text` what can be shown although more of it is to come, masked; the rest may be the beginning of a
  /// secret and stays.
  [[nodiscard]] std::string masked_start(std::string_view agent, std::string& text) const;
  /// A secret that is kept elsewhere, as the key of a provider: masked from now on. `place` names where it is kept; another value of the
  /// same place takes its place.
  void also_mask(std::string_view agent, std::string_view place, const Secret& value) const;

 private:
  using Owner = std::pair<std::string, std::string>;  ///< agent, and key of the secret or place of another one

  [[nodiscard]] std::int64_t now() const;
  Result<Credential> save(store::Transaction& tx, std::string_view agent, std::string_view key, const StoredCredential& stored,
                          AuditEvent event);
  Result<Credential> store_value(store::Transaction& tx, std::string_view agent, std::string_view key, const Secret& value,
                                 StoredCredential stored, std::string_view action);
  [[nodiscard]] std::shared_ptr<const credentials::Mask> mask_of(std::string_view agent) const;
  Result<std::optional<std::int64_t>> withdraw(store::Transaction& tx, const Owner& who);
  void set_deadline(const Owner& who, std::optional<std::int64_t> when);
  void set_alarm(std::int64_t not_before = 0);

  const serve::ServiceContext& base_;
  const serve::Documents<StoredCredential> stored_;
  std::mutex mutex_;
  std::map<Owner, std::int64_t> deadlines_;         ///< of what is exposed for a while
  mutable std::atomic<std::uint64_t> changes_ = 1;  ///< of what is masked
  mutable std::mutex mask_mutex_;
  mutable std::map<std::string, std::pair<std::uint64_t, std::shared_ptr<const credentials::Mask>>, std::less<>>
      masks_;                               ///< by agent, as of a change
  mutable std::map<Owner, Secret> others_;  ///< of also_mask()
  serve::AlarmClock alarm_;                 ///< ends before what its thread uses
};

}  // namespace facio
