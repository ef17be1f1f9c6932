// Secrets at rest: authenticated encryption with a key that lives apart from the database.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

/// Seals texts for the store. Safe from any thread. XChaCha20-Poly1305 (libsodium); each seal has a random nonce.
class Vault {
 public:
  /// Where the key comes from, strongest first: `text` (32 bytes as hex or base64, from an environment variable or a systemd
  /// credential), else `file` (the same in a file of mode 0600 of this user), which is made when it is missing.
  struct Source {
    Secret text;
    std::string file;  ///< empty: a key that lives as long as the process
  };
  /// Code::usage names file or variable and what to do.
  static Result<Vault> open(const Source& source);
  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault();

  /// A text for the store. `place` says whose secret it is, as "main/credential/API_KEY": it must be the same for unsealing, so that a
  /// sealed text cannot be moved to another place.
  [[nodiscard]] std::string seal(std::string_view secret, std::string_view place) const;
  /// Code::internal when the text was not sealed with this key for this place, or was changed.
  [[nodiscard]] Result<Secret> unseal(std::string_view sealed, std::string_view place) const;

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
