// Secrets at rest: authenticated encryption with a key that lives apart from the database.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// Whose secret it is that is sealed: "main/credential/API_KEY".
inline std::string sealed_place(std::string_view agent, std::string_view collection, std::string_view name) {
  return std::string(agent).append("/").append(collection).append("/").append(name);
}

/// Seals texts for the store. Safe from any thread. XChaCha20-Poly1305 (libsodium); each seal has a random nonce.
class Vault {
 public:
  /// Where the key comes from, strongest first: `text` (32 bytes as 64 hex digits or base64, from an environment variable), else `file`
  /// (the same in a private file of this user, or of root), which is made for the first secret when it is missing.
  struct Source {
    Secret text;
    std::string file;  ///< empty: a key that lives as long as the process
  };
  /// Code::usage names file or variable and what to do: for a key that is none, and when `store` holds sealed secrets and their key is
  /// missing or another one.
  static Result<Vault> open(const Source& source, store::DocumentReads& store);
  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault();

  /// A text for the store, in the unit of work that stores it. `place` says whose secret it is, as "main/credential/API_KEY": it must be
  /// the same for unsealing, so that a sealed text cannot be moved to another place. Code::unavailable when there is no key and its file
  /// cannot be made.
  [[nodiscard]] Result<std::string> seal(store::Transaction& transaction, std::string_view secret, std::string_view place) const;
  /// Code::internal when the text was not sealed with this key for this place, or was changed.
  [[nodiscard]] Result<Secret> unseal(std::string_view sealed, std::string_view place) const;

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
