#include "commands/serve/vault/key_bytes.hpp"

#include <new>
#include <sodium.h>

namespace facio::serve {

void FreeKey::operator()(unsigned char* key) const { sodium_free(key); }

KeyBytes allocate_key(std::size_t size) {
  auto* memory = static_cast<unsigned char*>(sodium_malloc(size));
  if (memory == nullptr) throw std::bad_alloc();
  return KeyBytes(memory);
}

KeyBytes finished_key(KeyBytes key) {
  sodium_mprotect_readonly(key.get());
  return key;
}

KeyBytes random_key() {
  KeyBytes key = allocate_key();
  randombytes_buf(key.get(), kKeyBytes);
  return finished_key(std::move(key));
}

KeyBytes key_from_text(std::string_view text) {
  KeyBytes key = allocate_key();
  std::size_t size = 0;
  if (sodium_hex2bin(key.get(), kKeyBytes, text.data(), text.size(), nullptr, &size, nullptr) == 0 && size == kKeyBytes)
    return finished_key(std::move(key));
  for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING})
    if (sodium_base642bin(key.get(), kKeyBytes, text.data(), text.size(), nullptr, &size, nullptr, variant) == 0 && size == kKeyBytes)
      return finished_key(std::move(key));
  return nullptr;
}

Secret key_text(const KeyBytes& key) {
  std::string text(kKeyBytes * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), key.get(), kKeyBytes);
  text.pop_back();
  return Secret(std::move(text));
}

}  // namespace facio::serve
