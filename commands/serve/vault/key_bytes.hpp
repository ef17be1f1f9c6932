// Keys of 32 bytes: in memory that is fenced off, and as text.
#pragma once

#include <memory>
#include <string_view>

#include "cli/core/secret.hpp"

namespace facio::serve {

struct FreeKey {
  void operator()(unsigned char* key) const;
};
/// Bytes in memory that is locked, fenced off, read-only, and zeroed when freed.
using KeyBytes = std::unique_ptr<unsigned char, FreeKey>;

inline constexpr std::size_t kKeyBytes = 32;

/// Memory for `size` bytes, still writable.
KeyBytes allocate_key(std::size_t size = kKeyBytes);
/// Makes it read-only.
KeyBytes finished_key(KeyBytes key);
KeyBytes random_key();
/// 64 hex digits or base64 of 32 bytes; null if the text is neither.
KeyBytes key_from_text(std::string_view text);
/// As 64 hex digits.
Secret key_text(const KeyBytes& key);

}  // namespace facio::serve
