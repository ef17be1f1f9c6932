#include "commands/serve/vault/signing_key.hpp"

#include <sodium.h>

#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kAuditKeyVariable = "FACIOCTL_AUDIT_KEY";
constexpr std::string_view kSeedForm = "must be 32 bytes as 64 hex digits or base64";

tl::unexpected<Error> refused_seed(std::string message, std::string hint) {
  return fail(Error(Code::usage, std::move(message)).with_field("audit-key-file").with_hint(std::move(hint)));
}

/// The seed that a file holds; null when there is no such file.
Result<KeyBytes> read_seed(const std::string& path) {
  auto text = read_private_file(path, FileOwner::self_or_root);
  if (!text && text.error().code() == Code::not_found) return KeyBytes();
  if (!text) return refused_seed("audit key file " + path + ": " + text.error().message(), text.error().hint());
  KeyBytes seed = key_from_text(text->reveal());
  if (!seed)
    return refused_seed("audit key file " + path + ": " + std::string(kSeedForm),
                        "restore the key, or give the right file with --audit-key-file");
  return seed;
}

Result<KeyBytes> read_or_make_seed(const std::string& path) {
  auto found = read_seed(path);
  if (!found || *found) return found;
  KeyBytes seed = random_key();
  const Status made = create_private_file(path, key_text(seed));
  if (made) return seed;
  if (made.error().code() == Code::conflict)
    if (auto other = read_seed(path); other && *other) return other;
  return fail(Code::unavailable, "the key file " + path + " cannot be created: " + made.error().message(),
              "start the server with --audit-key-file FILE in a directory that it may write to, or with " + std::string(kAuditKeyVariable));
}

}  // namespace

SigningKey::SigningKey(const KeyBytes& seed) : secret_(allocate_key(crypto_sign_ed25519_SECRETKEYBYTES)) {
  crypto_sign_ed25519_seed_keypair(public_.data(), secret_.get(), seed.get());
  secret_ = finished_key(std::move(secret_));
}

Result<SigningKey> SigningKey::open(const Source& source) {
  if (sodium_init() < 0) return fail(Code::internal, "the cryptographic library cannot be used on this machine");
  if (!source.text.empty()) {
    const KeyBytes seed = key_from_text(source.text.reveal());
    if (!seed) return refused_seed(std::string(kAuditKeyVariable) + ": " + std::string(kSeedForm), "create one with: openssl rand -hex 32");
    return SigningKey(seed);
  }
  if (source.file.empty()) return SigningKey(random_key());
  return read_or_make_seed(source.file).map([](const KeyBytes& seed) { return SigningKey(seed); });
}

std::string SigningKey::sign(std::string_view text) const {
  std::string signature(crypto_sign_ed25519_BYTES, '\0');
  crypto_sign_ed25519_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                               reinterpret_cast<const unsigned char*>(text.data()), text.size(), secret_.get());
  return signature;
}

}  // namespace facio::serve
