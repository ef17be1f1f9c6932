#include "commands/serve/vault/vault.hpp"

#include <sodium.h>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/serve/private_file.hpp"
#include "commands/serve/vault/key_sources.hpp"

namespace facio::serve {
namespace {

using Key = Vault::Key;

static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
constexpr std::string_view kVersion = "v1:";

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

tl::unexpected<Error> damaged_seal() {
  return fail(Code::internal, "a stored secret cannot be decrypted: it was changed or encrypted with a different key");
}

/// "v1:" and base64 of nonce and ciphertext.
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

/// Code::internal if this is not what seal_with() returned for this key and place.
Result<Secret> unseal_with(const Key& key, std::string_view sealed, std::string_view place) {
  if (!sealed.starts_with(kVersion)) return damaged_seal();
  sealed.remove_prefix(kVersion.size());
  if (sealed.empty()) return damaged_seal();
  std::vector<unsigned char> box(sealed.size());
  std::size_t size = 0;
  if (sodium_base642bin(box.data(), box.size(), sealed.data(), sealed.size(), nullptr, &size, nullptr, kVariant) != 0)
    return damaged_seal();
  if (size < kNonceBytes + kTagBytes) return damaged_seal();
  std::string secret(size - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(secret.data()), nullptr, nullptr,
                                                 box.data() + kNonceBytes, size - kNonceBytes, bytes(place), place.size(), box.data(),
                                                 key.get()) != 0)
    return damaged_seal();
  return Secret(std::move(secret));
}

// A document of the whole store that proves the key of all sealed secrets; it is written with the first of them.
constexpr std::string_view kStore = "", kCollection = "vault", kCheck = "check", kCheckText = "facioctl";
constexpr std::string_view kVariable = "FACIOCTL_SECRETS_KEY";
constexpr std::string_view kForm = "must be 32 bytes as 64 hex digits or base64";

tl::unexpected<Error> refused_key(std::string message, std::string hint) {
  return fail(Error(Code::usage, std::move(message)).with_field("secrets-key-file").with_hint(std::move(hint)));
}

std::string key_file(const std::string& path) { return "key file " + path; }

/// The key that a file holds; null when there is no such file.
Result<Key> read_key(const std::string& path) {
  auto text = read_private_file(path, FileOwner::self_or_root);
  if (!text && text.error().code() == Code::not_found) return Key();
  if (!text) return refused_key(key_file(path) + ": " + text.error().message(), text.error().hint());
  Key key = key_from_text(text->reveal());
  if (!key)
    return refused_key(key_file(path) + ": " + std::string(kForm), "restore the key, or give the right file with --secrets-key-file");
  return key;
}

/// A new key in a new file, or the one that somebody else has just put there.
Result<Key> create_key(const std::string& path) {
  Key key = random_key();
  const Status made = create_private_file(path, key_text(key));
  if (made) return key;
  if (made.error().code() == Code::conflict)
    if (auto other = read_key(path); other && *other) return other;
  return fail(Error(Code::unavailable, "no secret can be stored: the key file " + path + " cannot be created: " + made.error().message())
                  .with_hint("start the server with --secrets-key-file FILE in a directory that it may write to, or with " +
                             std::string(kVariable)));
}

}  // namespace

Status check_same_key(const Secret& text, const std::string& file, const std::string& named_by) {
  if (sodium_init() < 0) return fail(Code::internal, "the cryptographic library cannot be used on this machine");
  const Key first = key_from_text(text.reveal());
  if (!first) return refused_key(std::string(kVariable) + ": " + std::string(kForm), "unset " + std::string(kVariable));
  const auto second = read_key(file);
  if (!second) return fail(second.error());
  if (*second && sodium_memcmp(first.get(), second->get(), kKeyBytes) == 0) return {};
  return refused_key("two keys for the stored secrets: " + std::string(kVariable) + " and the " + key_file(file) + " (" + named_by + ") " +
                         (*second ? "differ" : "cannot be compared, because the file is missing"),
                     "give one of them; the store opens only with the key that encrypted it");
}

Result<Vault> Vault::open(const Source& source, store::DocumentReads& store) {
  if (sodium_init() < 0) return fail(Code::internal, "the cryptographic library cannot be used on this machine");
  Vault vault;
  vault.file_ = source.file;
  std::string origin = key_file(source.file);  // of the key, for people
  if (!source.text.empty()) {
    origin = std::string(kVariable);
    vault.key_ = key_from_text(source.text.reveal());
    if (!vault.key_) return refused_key(origin + ": " + std::string(kForm), "create one with: openssl rand -hex 32");
  } else if (source.file.empty()) {
    origin.clear();
    vault.key_ = random_key();
  } else {
    auto found = read_key(source.file);
    if (!found) return fail(std::move(found.error()));
    vault.key_ = std::move(*found);
  }
  return vault.check(store, origin).map([&] { return std::move(vault); });
}

/// A store with sealed secrets opens with their key only.
Status Vault::check(store::DocumentReads& store, const std::string& origin) const {
  const auto sealed = store.get(kStore, kCollection, kCheck);
  if (!sealed) return fail(sealed.error());
  if (!*sealed) return {};
  if (!key_)
    return refused_key("stored secrets cannot be read: their " + origin + " is missing",
                       "restore it, or give the key with --secrets-key-file FILE or " + std::string(kVariable));
  const auto document = JsonDocument::parse(**sealed);
  const JsonRef text = document ? document->root().get("sealed") : JsonRef();
  if (text.is(JsonKind::string) && unseal_with(key_, text.string(), kCheck)) return {};
  return refused_key("stored secrets cannot be read: they were not encrypted with the key of " + origin,
                     "give the key that encrypted them with --secrets-key-file FILE or " + std::string(kVariable));
}

Result<std::string> Vault::seal(store::Transaction& transaction, std::string_view secret, std::string_view place) const {
  {
    const std::lock_guard lock(*mutex_);
    if (!key_) {
      auto made = create_key(file_);
      if (!made) return fail(std::move(made.error()));
      key_ = std::move(*made);
    }
  }
  const auto check = transaction.get_document(kStore, kCollection, kCheck);
  if (!check) return fail(check.error());
  if (!*check) {
    const std::string document = "{\"sealed\":\"" + seal_with(key_, kCheckText, kCheck) + "\"}";
    if (auto status = transaction.save_document(kStore, kCollection, kCheck, document); !status) return fail(std::move(status.error()));
  }
  return seal_with(key_, secret, place);
}

Result<Secret> Vault::unseal(std::string_view sealed, std::string_view place) const {
  {
    const std::lock_guard lock(*mutex_);
    if (!key_) return fail(Code::internal, "a stored secret cannot be decrypted: there is no key");
  }
  return unseal_with(key_, sealed, place);
}

}  // namespace facio::serve
