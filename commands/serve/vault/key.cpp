#include "commands/serve/vault/key.hpp"

#include <new>
#include <sodium.h>
#include <string>
#include <vector>

namespace facio::serve {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
constexpr std::string_view kVersion = "v1:";

Key allocate() {
  auto* memory = static_cast<unsigned char*>(sodium_malloc(kKeyBytes));
  if (memory == nullptr) throw std::bad_alloc();
  return Key(memory);
}

Key finished(Key key) {
  sodium_mprotect_readonly(key.get());
  return key;
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

tl::unexpected<Error> damaged() {
  return fail(Code::internal, "a stored secret cannot be unsealed: it was changed or sealed with another key");
}

}  // namespace

void FreeKey::operator()(unsigned char* key) const { sodium_free(key); }

Key random_key() {
  Key key = allocate();
  randombytes_buf(key.get(), kKeyBytes);
  return finished(std::move(key));
}

Key key_from_text(std::string_view text) {
  Key key = allocate();
  std::size_t size = 0;
  if (sodium_hex2bin(key.get(), kKeyBytes, text.data(), text.size(), nullptr, &size, nullptr) == 0 && size == kKeyBytes)
    return finished(std::move(key));
  for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING})
    if (sodium_base642bin(key.get(), kKeyBytes, text.data(), text.size(), nullptr, &size, nullptr, variant) == 0 && size == kKeyBytes)
      return finished(std::move(key));
  return nullptr;
}

Secret key_text(const Key& key) {
  std::string text(kKeyBytes * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), key.get(), kKeyBytes);
  text.pop_back();
  return Secret(std::move(text));
}

std::string seal_with(const Key& key, std::string_view secret, std::string_view place) {
  std::vector<unsigned char> box(kNonceBytes + secret.size() + kTagBytes);
  randombytes_buf(box.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + kNonceBytes, nullptr, bytes(secret), secret.size(), bytes(place), place.size(),
                                             nullptr, box.data(), key.get());
  std::string text(sodium_base64_encoded_len(box.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), box.data(), box.size(), kVariant);
  text.pop_back();  // the final NUL
  return std::string(kVersion) + text;
}

Result<Secret> unseal_with(const Key& key, std::string_view sealed, std::string_view place) {
  if (!sealed.starts_with(kVersion)) return damaged();
  sealed.remove_prefix(kVersion.size());
  if (sealed.empty()) return damaged();
  std::vector<unsigned char> box(sealed.size());
  std::size_t size = 0;
  if (sodium_base642bin(box.data(), box.size(), sealed.data(), sealed.size(), nullptr, &size, nullptr, kVariant) != 0) return damaged();
  if (size < kNonceBytes + kTagBytes) return damaged();
  std::string secret(size - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(secret.data()), nullptr, nullptr,
                                                 box.data() + kNonceBytes, size - kNonceBytes, bytes(place), place.size(), box.data(),
                                                 key.get()) != 0)
    return damaged();
  return Secret(std::move(secret));
}

}  // namespace facio::serve
