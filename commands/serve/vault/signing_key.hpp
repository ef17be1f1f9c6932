// The key that signs the audit log. Like the key of secrets it is apart from the database.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/merkle.hpp"
#include "cli/core/result.hpp"
#include "commands/serve/vault/key_bytes.hpp"

namespace facio::serve {

/// An Ed25519 key. Safe from any thread.
class SigningKey {
 public:
  /// Where its seed comes from: `text` (32 bytes as 64 hex digits or base64), else `file` (the same in a private file of this user, or of
  /// root), which is made if it is missing.
  struct Source {
    Secret text;
    std::string file;  ///< empty: a key that lives as long as the process
  };
  /// Code::usage names the file or variable: the key is malformed, or others may read it. Code::unavailable if the file cannot be made.
  static Result<SigningKey> open(const Source& source);

  [[nodiscard]] const HashBytes& public_key() const { return public_; }
  /// 64 bytes.
  [[nodiscard]] std::string sign(std::string_view text) const;

 private:
  explicit SigningKey(const KeyBytes& seed);

  KeyBytes secret_;
  HashBytes public_{};
};

}  // namespace facio::serve
