// The key of the vault: in memory that is locked, fenced off and zeroed; as text in a variable or a file.
#pragma once

#include <memory>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

struct FreeKey {
  void operator()(unsigned char* key) const;
};
/// 32 bytes, read-only once made. The library must have been initialized.
using Key = std::unique_ptr<unsigned char, FreeKey>;

/// A new random key.
Key random_key();
/// 64 hex digits or base64 of 32 bytes; null when the text is neither.
Key key_from_text(std::string_view text);
/// As 64 hex digits.
Secret key_text(const Key& key);

/// Seals `secret` for `place`: "v1:" and base64 of nonce and ciphertext.
std::string seal_with(const Key& key, std::string_view secret, std::string_view place);
/// Code::internal when this is not what seal_with() gave for this key and place.
Result<Secret> unseal_with(const Key& key, std::string_view sealed, std::string_view place);

}  // namespace facio::serve
