#include "commands/facio/credentials/server/service.hpp"

#include <atomic>
#include <mutex>
#include <vector>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/server/masking.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio {
namespace {

constexpr std::string_view kCredentials = "credential";
constexpr std::int64_t kTryAgainMs = 1000;

/// What the store keeps of a secret.
struct StoredCredential {
  std::string sealed;
  bool exposed = false;
  std::optional<std::int64_t> exposed_until_ms;
  std::int64_t updated_ms = 0;

  static constexpr ShapeHead shape{"StoredCredential", "A sealed secret"};
  static constexpr auto fields() {
    return Fields{field("sealed", &StoredCredential::sealed, "the value"),
                  field("exposed", &StoredCredential::exposed, "given to shell tools"),
                  field("exposed_until_ms", &StoredCredential::exposed_until_ms, "until then"),
                  field("updated_ms", &StoredCredential::updated_ms, "when the value was stored")};
  }

  [[nodiscard]] bool is_exposed(std::int64_t now) const { return exposed && (!exposed_until_ms || *exposed_until_ms > now); }
};

Result<StoredCredential> read(std::string_view key, const std::string& json) {
  const auto document = JsonDocument::parse(json);
  auto stored = document ? from_json<StoredCredential>(document->root()) : Result<StoredCredential>(fail(document.error()));
  if (!stored) return fail(Code::internal, "the stored secret \"" + std::string(key) + "\" cannot be read: " + stored.error().message());
  return stored;
}

Credential view_of(std::string_view key, const StoredCredential& stored, std::int64_t now) {
  Credential view{.key = std::string(key), .hasValue = true, .masked = std::string(kMask), .exposed = stored.is_exposed(now)};
  view.updated_at = format_rfc3339(stored.updated_ms);
  if (view.exposed && stored.exposed_until_ms) view.exposed_until = format_rfc3339(*stored.exposed_until_ms);
  return view;
}

/// Names alone: neither the value nor its length.
AuditEvent event_of(std::string_view action, std::string_view key, std::string_view more = {}) {
  return change_event("credential_change", std::string(action) + " " + std::string(key) + std::string(more),
                      event_details("key", key, "action", action));
}

Status check_key(std::string_view key) {
  if (key != credentials::kReservedKey) return {};
  return fail_field(Code::rejected, "key", "key: \"providers\" is the address of provider credentials; choose another name");
}

Status check_value(const Secret& value) {
  if (value.empty()) return fail_field(Code::rejected, "value", "value: must not be empty; delete the secret instead");
  if (value.reveal().find('\0') != std::string_view::npos)
    return fail_field(Code::rejected, "value", "value: must not hold a NUL character, which no environment variable or header can carry");
  return {};
}

}  // namespace

struct CredentialsService::Impl {
  const serve::ServiceContext& base;
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, std::int64_t> deadlines;  ///< of what is exposed for a while, by agent and key
  std::atomic<std::uint64_t> changes = 1;                                 ///< of what is masked
  std::mutex mask_mutex;
  std::map<std::string, std::pair<std::uint64_t, std::shared_ptr<const credentials::Mask>>, std::less<>>
      masks;                                                     ///< by agent, as of a change
  std::map<std::pair<std::string, std::string>, Secret> others;  ///< also_mask(): by agent and place
  serve::AlarmClock alarm;                                       ///< ends before what its thread uses

  [[nodiscard]] std::int64_t now() const { return base.clock.now_ms(); }

  Result<std::optional<StoredCredential>> find(store::Transaction& tx, std::string_view agent, std::string_view key) {
    auto json = tx.get_document(agent, kCredentials, key);
    if (!json) return fail(std::move(json.error()));
    if (!*json) return std::optional<StoredCredential>{};
    auto stored = read(key, **json);
    if (!stored) return fail(std::move(stored.error()));
    return std::optional<StoredCredential>(std::move(*stored));
  }
  Result<Credential> save(store::Transaction& tx, std::string_view agent, std::string_view key, const StoredCredential& stored,
                          AuditEvent event) {
    if (auto status = tx.save_document(agent, kCredentials, key, to_json(stored)); !status) return fail(std::move(status.error()));
    if (auto status = tx.append_audit(agent, std::move(event)); !status) return fail(std::move(status.error()));
    return view_of(key, stored, now());
  }
  Result<Credential> store_value(store::Transaction& tx, std::string_view agent, std::string_view key, const Secret& value,
                                 StoredCredential stored, std::string_view action) {
    if (auto status = check_value(value); !status) return fail(std::move(status.error()));
    auto sealed = base.vault.seal(tx, value.reveal(), serve::sealed_place(agent, kCredentials, key));
    if (!sealed) return fail(std::move(sealed.error()));
    stored.sealed = std::move(*sealed);
    stored.updated_ms = now();
    return save(tx, agent, key, stored, event_of(action, key));
  }
  Result<Secret> value_of(std::string_view agent, std::string_view key, const StoredCredential& stored) const {
    return base.vault.unseal(stored.sealed, serve::sealed_place(agent, kCredentials, key));
  }

  /// Null when the secrets cannot be read.
  std::shared_ptr<const credentials::Mask> mask_of(std::string_view agent) {
    const std::uint64_t now_at = changes.load();
    const std::lock_guard lock(mask_mutex);
    const auto known = masks.find(agent);
    if (known != masks.end() && known->second.first == now_at) return known->second.second;
    auto documents = base.store.documents().list(agent, kCredentials);
    if (!documents) return known == masks.end() ? nullptr : known->second.second;
    auto made = std::make_shared<credentials::Mask>();
    for (const store::Document& document : *documents)
      if (const auto stored = read(document.id, document.json))
        if (const auto value = value_of(agent, document.id, *stored)) made->add(*value, "${credentials." + document.id + "}");
    for (const auto& [who, value] : others)
      if (who.first == agent) made->add(value, kMask);
    made->ready();
    masks.insert_or_assign(std::string(agent), std::pair(now_at, made));
    return made;
  }

  /// Needs the mutex.
  void set_alarm(std::optional<std::int64_t> not_before = {}) {
    std::optional<std::int64_t> next;
    for (const auto& [who, when] : deadlines)
      if (!next || when < *next) next = when;
    if (next && not_before) next = std::max(*next, *not_before);
    alarm.set(next);
  }
  /// Takes one secret back if it is due; gives its deadline when that is another one meanwhile.
  Result<std::optional<std::int64_t>> withdraw(store::Transaction& tx, std::string_view agent, std::string_view key) {
    auto stored = find(tx, agent, key);
    if (!stored) return fail(std::move(stored.error()));
    if (!*stored || !(*stored)->exposed || !(*stored)->exposed_until_ms) return std::optional<std::int64_t>{};
    if ((*stored)->is_exposed(now())) return (*stored)->exposed_until_ms;
    (*stored)->exposed = false;
    (*stored)->exposed_until_ms.reset();
    AuditEvent event = event_of("unexposed", key, ": its time was over");
    event.origin = "clock";
    if (auto saved = save(tx, agent, key, **stored, std::move(event)); !saved) return fail(std::move(saved.error()));
    return std::optional<std::int64_t>{};
  }
};

CredentialsService::CredentialsService(const serve::ServiceContext& context)
    : impl_(new Impl{.base = context, .mutex = {}, .deadlines = {}, .mask_mutex = {}, .masks = {}, .others = {}, .alarm = {}}) {}
CredentialsService::~CredentialsService() = default;

// ------------------------------------------------------------------------------------------------------ requests

Result<CredentialList> CredentialsService::list(std::string_view agent) {
  auto documents = impl_->base.store.documents().list(agent, kCredentials);
  if (!documents) return fail(std::move(documents.error()));
  CredentialList found;
  for (const store::Document& document : *documents) {
    auto stored = read(document.id, document.json);
    if (!stored) return fail(std::move(stored.error()));
    found.items.push_back(view_of(document.id, *stored, impl_->now()));
  }
  return found;
}

Result<Credential> CredentialsService::get(std::string_view agent, std::string_view key) {
  auto json = impl_->base.store.documents().get(agent, kCredentials, key);
  if (!json) return fail(std::move(json.error()));
  if (!*json) return no_such("secret", key, "facioctl credentials list");
  auto stored = read(key, **json);
  if (!stored) return fail(std::move(stored.error()));
  return view_of(key, *stored, impl_->now());
}

Result<Credential> CredentialsService::create(store::Transaction& tx, std::string_view agent, const CredentialCreate& body) {
  if (auto status = check_key(body.key); !status) return fail(std::move(status.error()));
  auto present = impl_->find(tx, agent, body.key);
  if (!present) return fail(std::move(present.error()));
  if (*present)
    return fail(Code::conflict, "the secret \"" + body.key + "\" exists already", "facioctl credentials set " + body.key + " replaces it");
  return impl_->store_value(tx, agent, body.key, body.value, {.exposed = body.exposed.value_or(false)}, "created");
}

Result<Credential> CredentialsService::put(store::Transaction& tx, std::string_view agent, std::string_view key, const Secret& value) {
  if (auto status = check_key(key); !status) return fail(std::move(status.error()));
  auto present = impl_->find(tx, agent, key);
  if (!present) return fail(std::move(present.error()));
  return impl_->store_value(tx, agent, key, value, present->value_or(StoredCredential{}), *present ? "replaced" : "created");
}

Result<Credential> CredentialsService::expose(store::Transaction& tx, std::string_view agent, std::string_view key,
                                              const CredentialExposed& body) {
  if (!body.exposed) return fail_field(Code::rejected, "exposed", "exposed: is required");
  if (body.for_s && !*body.exposed) return fail_field(Code::rejected, "for_s", "for_s: has a meaning only with exposed true; leave it out");
  auto stored = impl_->find(tx, agent, key);
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored) return no_such("secret", key, "facioctl credentials list");
  (*stored)->exposed = *body.exposed;
  (*stored)->exposed_until_ms.reset();
  std::string until;
  if (body.for_s) {
    (*stored)->exposed_until_ms = impl_->now() + *body.for_s * 1000;
    until = " until " + format_rfc3339(*(*stored)->exposed_until_ms);
  }
  return impl_->save(tx, agent, key, **stored, event_of(*body.exposed ? "exposed" : "unexposed", key, until));
}

Result<CredentialDeleted> CredentialsService::remove(store::Transaction& tx, std::string_view agent, std::string_view key) {
  auto erased = tx.erase_document(agent, kCredentials, key);
  if (!erased) return fail(std::move(erased.error()));
  if (!*erased) return no_such("secret", key, "facioctl credentials list");
  if (auto status = tx.append_audit(agent, event_of("deleted", key)); !status) return fail(std::move(status.error()));
  return CredentialDeleted{std::string(key)};
}

// ----------------------------------------------------------------------------------------------------- deadlines

void CredentialsService::changed(std::string_view agent, const Credential& credential) {
  ++impl_->changes;
  const std::pair who(std::string(agent), credential.key);
  const auto until = credential.exposed_until ? parse_rfc3339(*credential.exposed_until) : Result<std::int64_t>(0);
  const std::lock_guard lock(impl_->mutex);
  if (credential.exposed_until && until) impl_->deadlines[who] = *until;
  else impl_->deadlines.erase(who);
  impl_->set_alarm();
}

Result<std::size_t> CredentialsService::withdraw_due() {
  std::vector<std::pair<std::string, std::string>> due;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [who, when] : impl_->deadlines)
      if (when <= impl_->now()) due.push_back(who);
  }
  for (const auto& who : due) {
    std::optional<std::int64_t> later;
    const Status status = impl_->base.store.run([&](store::Transaction& tx) -> Status {
      auto left = impl_->withdraw(tx, who.first, who.second);
      if (!left) return fail(std::move(left.error()));
      later = *left;
      return {};
    });
    const std::lock_guard lock(impl_->mutex);
    if (!status) {
      // Nobody gets it meanwhile: what is due counts as taken back already.
      impl_->set_alarm(impl_->now() + kTryAgainMs);
      return fail(status.error());
    }
    if (later) impl_->deadlines[who] = *later;
    else impl_->deadlines.erase(who);
  }
  const std::lock_guard lock(impl_->mutex);
  impl_->set_alarm();
  return due.size();
}

Status CredentialsService::start(std::span<const std::string_view> agents) {
  for (const std::string_view agent : agents) {
    auto found = impl_->base.store.documents().list(agent, kCredentials);
    if (!found) return fail(std::move(found.error()));
    for (const store::Document& document : *found) {
      auto stored = read(document.id, document.json);
      if (!stored) return fail(std::move(stored.error()));
      if (stored->exposed && stored->exposed_until_ms) impl_->deadlines[{std::string(agent), document.id}] = *stored->exposed_until_ms;
    }
  }
  if (auto due = withdraw_due(); !due) return fail(std::move(due.error()));
  if (auto status = impl_->alarm.start([this](bool) { (void)withdraw_due(); }); !status) return status;
  const std::lock_guard lock(impl_->mutex);
  impl_->set_alarm();
  return {};
}

// -------------------------------------------------------------------------------------------------- the boundary

Result<Secret> CredentialsService::resolve(std::string_view agent, std::string_view text) const {
  struct Piece {
    std::string_view before;
    Secret value;
  };
  std::vector<Piece> pieces;
  std::size_t size = text.size(), from = 0;
  while (const auto place = credentials::next_placeholder(text, from)) {
    auto json = impl_->base.store.documents().get(agent, kCredentials, place->key);
    if (!json) return fail(std::move(json.error()));
    if (!*json) {
      const std::string key(place->key);
      return fail(Error(Code::not_found, "${credentials." + key + "} names a secret that is not stored")
                      .with_field(key)
                      .with_hint("facioctl credentials set " + key));
    }
    auto stored = read(place->key, **json);
    if (!stored) return fail(std::move(stored.error()));
    auto value = impl_->value_of(agent, place->key, *stored);
    if (!value) return value;
    size += value->reveal().size();
    pieces.push_back({text.substr(from, place->begin - from), std::move(*value)});
    from = place->end;
  }
  std::string resolved;
  resolved.reserve(size);  // at once: no copy is left behind
  for (const Piece& piece : pieces) resolved.append(piece.before).append(piece.value.reveal());
  resolved.append(text.substr(from));
  return Secret(std::move(resolved));
}

Result<std::map<std::string, Secret>> CredentialsService::exposed(std::string_view agent) const {
  auto documents = impl_->base.store.documents().list(agent, kCredentials);
  if (!documents) return fail(std::move(documents.error()));
  std::map<std::string, Secret> found;
  for (const store::Document& document : *documents) {
    auto stored = read(document.id, document.json);
    if (!stored) return fail(std::move(stored.error()));
    if (!stored->is_exposed(impl_->now())) continue;
    auto value = impl_->value_of(agent, document.id, *stored);
    if (!value) return fail(std::move(value.error()));
    found.emplace(document.id, std::move(*value));
  }
  return found;
}

std::string CredentialsService::masked(std::string_view agent, std::string_view text) const {
  const auto mask = impl_->mask_of(agent);
  if (!mask) return "[not shown: the stored secrets cannot be read, so that this cannot be searched for them]";
  return mask->empty() ? std::string(text) : mask->applied(text);
}

std::string CredentialsService::masked_start(std::string_view agent, std::string& text) const {
  const auto mask = impl_->mask_of(agent);
  if (!mask) return {};  // nothing is shown until it can be searched; masked() says so at the end
  const std::size_t settled = mask->settled(text);
  std::string out = mask->applied(std::string_view(text).substr(0, settled));
  text.erase(0, settled);
  return out;
}

void CredentialsService::also_mask(std::string_view agent, std::string_view place, const Secret& value) const {
  const std::lock_guard lock(impl_->mask_mutex);
  Secret& kept = impl_->others[{std::string(agent), std::string(place)}];
  if (kept.reveal() == value.reveal()) return;
  kept = value;
  ++impl_->changes;
}

}  // namespace facio
