// Secrets at rest: authenticated encryption with a key that lives apart from the database.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/vault/key_bytes.hpp"

namespace facio::serve {

/// Whose secret is sealed, e.g. "main/credential/API_KEY".
inline std::string sealed_place(std::string_view agent, std::string_view collection, std::string_view name) {
  return std::string(agent).append("/").append(collection).append("/").append(name);
}

/// Seals texts for the store with XChaCha20-Poly1305 (libsodium) and random nonces. Safe from any thread.
class Vault {
 public:
  using Key = KeyBytes;

  /// Where the key comes from: `text` (32 bytes as 64 hex digits or base64, from an environment variable), else `file` (the same in a
  /// private file of this user, or of root), which is made for the first secret if it is missing.
  struct Source {
    Secret text;
    std::string file;  ///< empty: a key that lives as long as the process
  };
  /// Code::usage names the file or variable and what to do: the key is malformed, or `store` holds sealed secrets and their key is missing
  /// or another one.
  static Result<Vault> open(const Source& source, store::DocumentReads& store);
  /// Seals a secret in the unit of work that stores it. `place` says whose secret it is (sealed_place()); unsealing needs the same, so that
  /// a sealed text cannot be moved to another place. Code::unavailable if there is no key and its file cannot be made.
  [[nodiscard]] Result<std::string> seal(store::Transaction& transaction, std::string_view secret, std::string_view place) const;
  /// Code::internal if the text was not sealed with this key for this place, or was changed.
  [[nodiscard]] Result<Secret> unseal(std::string_view sealed, std::string_view place) const;

 private:
  Vault() = default;
  Status check(store::DocumentReads& store, const std::string& origin) const;

  std::string file_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  ///< for the making of key_, which never changes again
  mutable Key key_;
};

}  // namespace facio::serve
