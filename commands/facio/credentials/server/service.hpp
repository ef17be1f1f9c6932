// The secrets of an agent: sealed in the store, and resolved only where they are used.
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
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/credentials/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace credentials {
class Mask;
}
struct StoredCredential;

/// A text as it is shown, and what stands behind its masks.
struct MaskedText {
  struct Part {
    std::size_t begin = 0, end = 0;          ///< of the mask, in `text`
    std::size_t was_begin = 0, was_end = 0;  ///< of the secret, in the text itself
  };
  std::string text;
  std::vector<Part> masks;  ///< in order
};

/// Safe from any thread. Changes are part of a unit of work; call changed() once that is durable.
class CredentialsService {
 public:
  /// Which secrets a text may name.
  enum class Keys : std::uint8_t { all, exposed };

  explicit CredentialsService(const serve::ServiceContext& context);
  ~CredentialsService();

  /// Unexposes what has expired, and from now on each secret when it expires.
  Status start(std::span<const std::string_view> agents);

  /// All secrets by key, without their values.
  Result<CredentialList> list(std::string_view agent);
  /// One secret without its value; Code::not_found.
  Result<Credential> get(std::string_view agent, std::string_view key);

  /// Stores a new secret. Code::conflict when the key is taken, Code::rejected for a bad key or value.
  Result<Credential> create(store::Transaction& tx, std::string_view agent, const CredentialCreate& body);
  /// Creates a secret, or replaces its value and keeps whether it is exposed.
  Result<Credential> put(store::Transaction& tx, std::string_view agent, std::string_view key, const Secret& value);
  /// Exposes a secret to shell tools, optionally for a limited time, or unexposes it.
  Result<Credential> expose(store::Transaction& tx, std::string_view agent, std::string_view key, const CredentialExposed& body);
  Result<CredentialDeleted> remove(store::Transaction& tx, std::string_view agent, std::string_view key);
  /// Applies the deadline of a durable change.
  void changed(std::string_view agent, const Credential& credential);

  /// Unexposes what has expired; returns how many. Called by the alarm of start().
  Result<std::size_t> unexpose_expired();

  /// `text` with every ${credentials.KEY} replaced by its value; only for what the operator has configured to be handed to another program
  /// or host, never for what a model or a tool says. Code::not_found names
  /// an unknown key, Code::forbidden one that is not exposed where only those may be named.
  [[nodiscard]] Result<Secret> resolve(std::string_view agent, std::string_view text, Keys keys = Keys::all) const;
  /// The environment variables for shell tools.
  [[nodiscard]] Result<std::map<std::string, Secret>> exposed(std::string_view agent) const;

  /// `text` with every stored secret of at least six characters replaced by its placeholder, and those of also_mask() by ***, in each of
  /// the forms that credentials::Mask knows. For text from outside (such as tool output) that is stored or shown. Holds no lock for long.
  [[nodiscard]] std::string masked(std::string_view agent, std::string_view text) const;
  /// The same, for whoever must get back to the text itself. Code::internal when the stored secrets cannot be read.
  [[nodiscard]] Result<MaskedText> masked_text(std::string_view agent, std::string_view text) const;
  /// Removes and returns, masked, as much from the front of an unfinished text as cannot belong to a secret that is still incomplete.
  [[nodiscard]] std::string masked_start(std::string_view agent, std::string& text) const;
  /// Masks a secret that is stored elsewhere, such as a provider's key. A further value for the same `place` replaces it.
  void also_mask(std::string_view agent, std::string_view place, const Secret& value) const;

 private:
  using Owner = std::pair<std::string, std::string>;  ///< agent, and key of the secret or place of another one

  [[nodiscard]] std::int64_t now() const;
  Result<Credential> save(store::Transaction& tx, std::string_view agent, std::string_view key, const StoredCredential& stored,
                          AuditEvent event);
  Result<Credential> store_value(store::Transaction& tx, std::string_view agent, std::string_view key, const Secret& value,
                                 StoredCredential stored, std::string_view action);
  [[nodiscard]] std::shared_ptr<const credentials::Mask> mask_of(std::string_view agent) const;
  Result<std::optional<serve::Deadline>> unexpose_if_expired(store::Transaction& tx, const Owner& who);
  void set_deadline(const Owner& who, std::optional<serve::Deadline> when);
  Status count_from_this_start();
  void set_alarm(std::int64_t not_before = 0);

  const serve::ServiceContext& base_;
  const serve::Documents<StoredCredential> stored_;
  std::mutex mutex_;
  std::map<Owner, serve::Deadline> deadlines_;      ///< of secrets exposed for a limited time
  mutable std::atomic<std::uint64_t> changes_ = 1;  ///< counts changes of what is masked
  mutable std::mutex mask_mutex_;
  mutable std::map<std::string, std::pair<std::uint64_t, std::shared_ptr<const credentials::Mask>>, std::less<>>
      masks_;                               ///< by agent, with their change
  mutable std::map<Owner, Secret> others_;  ///< of also_mask()
  serve::AlarmClock alarm_;                 ///< last, so that its thread ends first
};

}  // namespace facio
