#include "commands/serve/vault/vault.hpp"

#include <mutex>
#include <sodium.h>

#include "cli/core/json.hpp"
#include "commands/serve/private_file.hpp"
#include "commands/serve/vault/key.hpp"

namespace facio::serve {
namespace {

// One document of the whole store that is sealed with the key of all the others. It comes with the first of them.
constexpr std::string_view kStore = "", kCollection = "vault", kCheck = "check", kCheckText = "facioctl";
constexpr std::string_view kVariable = "FACIOCTL_SECRETS_KEY";
constexpr std::string_view kForm = "must be 32 bytes as 64 hex digits or base64";

tl::unexpected<Error> refused(std::string message, std::string hint) {
  return fail(Error(Code::usage, std::move(message)).with_field("secrets-key-file").with_hint(std::move(hint)));
}

std::string key_file(const std::string& path) { return "key file " + path; }

/// The key that a file holds; null when there is no such file.
Result<Key> read_key(const std::string& path) {
  auto text = read_private_file(path, FileOwner::self_or_root);
  if (!text && text.error().code() == Code::not_found) return Key();
  if (!text) return refused(key_file(path) + ": " + text.error().message(), text.error().hint());
  Key key = key_from_text(text->reveal());
  if (!key) return refused(key_file(path) + ": " + std::string(kForm), "restore the key, or name the right file with --secrets-key-file");
  return key;
}

/// A new key in a new file, or the one that somebody else has just put there.
Result<Key> create_key(const std::string& path) {
  Key key = random_key();
  const Status made = create_private_file(path, key_text(key));
  if (made) return key;
  if (made.error().code() == Code::conflict)
    if (auto other = read_key(path); other && *other) return other;
  return fail(Error(Code::unavailable, "no secret can be kept: the key file " + path + " cannot be made: " + made.error().message())
                  .with_hint("start the server with --secrets-key-file FILE in a directory that it may write to, or with " +
                             std::string(kVariable)));
}

}  // namespace

struct Vault::Impl {
  std::string file;
  std::string origin;  ///< where the key came from, for people
  std::mutex mutex;
  Key key;  ///< set once

  Result<const Key*> needed() {
    const std::lock_guard lock(mutex);
    if (!key) {
      auto made = create_key(file);
      if (!made) return fail(std::move(made.error()));
      key = std::move(*made);
    }
    return &key;
  }
  const Key* known() {
    const std::lock_guard lock(mutex);
    return key ? &key : nullptr;
  }

  Status find(const Source& source) {
    if (!source.text.empty()) {
      origin = std::string(kVariable);
      key = key_from_text(source.text.reveal());
      if (!key) return refused(origin + ": " + std::string(kForm), "make one with: openssl rand -hex 32");
    } else if (source.file.empty()) {
      key = random_key();
    } else {
      origin = key_file(source.file);
      auto found = read_key(source.file);
      if (!found) return fail(std::move(found.error()));
      key = std::move(*found);
    }
    return {};
  }

  /// A store with sealed secrets opens with their key only.
  Status check(store::DocumentReads& store) {
    const auto sealed = store.get(kStore, kCollection, kCheck);
    if (!sealed) return fail(sealed.error());
    if (!*sealed) return {};
    if (!key)
      return refused("stored secrets cannot be read: their " + origin + " is missing",
                     "restore it, or give the key with --secrets-key-file FILE or " + std::string(kVariable));
    const auto document = JsonDocument::parse(**sealed);
    const JsonRef text = document ? document->root().get("sealed") : JsonRef();
    if (text.is(JsonKind::string) && unseal_with(key, text.string(), kCheck)) return {};
    return refused("stored secrets cannot be read: they were sealed with another key than that of " + origin,
                   "give the key that sealed them with --secrets-key-file FILE or " + std::string(kVariable));
  }
};

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

Result<Vault> Vault::open(const Source& source, store::DocumentReads& store) {
  if (sodium_init() < 0) return fail(Code::internal, "the cryptographic library cannot be used on this machine");
  auto impl = std::make_unique<Impl>();
  impl->file = source.file;
  if (auto status = impl->find(source); !status) return fail(std::move(status.error()));
  if (auto status = impl->check(store); !status) return fail(std::move(status.error()));
  return Vault(std::move(impl));
}

Result<std::string> Vault::seal(store::Transaction& transaction, std::string_view secret, std::string_view place) const {
  const auto key = impl_->needed();
  if (!key) return fail(key.error());
  const auto check = transaction.get_document(kStore, kCollection, kCheck);
  if (!check) return fail(check.error());
  if (!*check) {
    const std::string document = "{\"sealed\":\"" + seal_with(**key, kCheckText, kCheck) + "\"}";
    if (auto status = transaction.save_document(kStore, kCollection, kCheck, document); !status) return fail(std::move(status.error()));
  }
  return seal_with(**key, secret, place);
}

Result<Secret> Vault::unseal(std::string_view sealed, std::string_view place) const {
  const Key* key = impl_->known();
  if (key == nullptr) return fail(Code::internal, "a stored secret cannot be unsealed: there is no key");
  return unseal_with(*key, sealed, place);
}

}  // namespace facio::serve
