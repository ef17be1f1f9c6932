#include "commands/facio/credentials/server/service.hpp"

#include <algorithm>
#include <vector>

#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/server/masking.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/lock_levels.hpp"

namespace facio {

/// What the store keeps of a secret.
struct StoredCredential {
  std::string sealed;
  bool exposed = false;
  std::optional<std::int64_t> exposed_until_ms;
  // The same by the time that passes, which no setting of the clock lengthens; it counts from the start of the machine `exposed_boot`.
  std::optional<std::int64_t> exposed_for_ms, exposed_until_elapsed_ms;
  std::optional<std::string> exposed_boot;
  std::int64_t updated_ms = 0;

  static constexpr ShapeHead shape{"StoredCredential", "A sealed secret"};
  static constexpr auto fields() {
    return Fields{field("sealed", &StoredCredential::sealed, "the value"),
                  field("exposed", &StoredCredential::exposed, "exposed to shell tools"),
                  field("exposed_until_ms", &StoredCredential::exposed_until_ms, "until then"),
                  field("exposed_for_ms", &StoredCredential::exposed_for_ms, "for so long"),
                  field("exposed_until_elapsed_ms", &StoredCredential::exposed_until_elapsed_ms, "until so long after that start"),
                  field("exposed_boot", &StoredCredential::exposed_boot, "start of the machine"),
                  field("updated_ms", &StoredCredential::updated_ms, "when the value was stored")};
  }

  [[nodiscard]] bool is_exposed(const serve::Clock& clock) const { return exposed && (!exposed_until_ms || !end(clock).is_over(clock)); }
  /// When a limited exposure ends. After a new start of the machine only the wall clock tells how much time has passed; never is more left
  /// than was granted.
  [[nodiscard]] serve::Deadline end(const serve::Clock& clock) const {
    const std::int64_t until = exposed_until_ms.value_or(0);
    if (is_of_this_start()) return {until, *exposed_until_elapsed_ms};
    const std::int64_t left = until - clock.now_ms();
    return {until, clock.elapsed_ms() + (exposed_for_ms && left > *exposed_for_ms ? 0 : left)};
  }
  [[nodiscard]] bool is_of_this_start() const { return exposed_until_elapsed_ms && exposed_boot.value_or("") == serve::boot_id(); }
  void expose_until(serve::Deadline end) {
    exposed_until_ms = end.wall_ms;
    exposed_until_elapsed_ms = end.elapsed_ms;
    exposed_boot = serve::boot_id();
  }
  void unlimit() {
    exposed_until_ms.reset();
    exposed_for_ms.reset();
    exposed_until_elapsed_ms.reset();
    exposed_boot.reset();
  }
};

namespace {

constexpr std::int64_t kTryAgainMs = 1000;

Credential view_of(std::string_view key, const StoredCredential& stored, const serve::Clock& clock) {
  Credential view{.key = std::string(key), .hasValue = true, .masked = std::string(kMask), .exposed = stored.is_exposed(clock)};
  view.updated_at = format_rfc3339(stored.updated_ms);
  if (view.exposed && stored.exposed_until_ms) view.exposed_until = format_rfc3339(*stored.exposed_until_ms);
  return view;
}

/// Holds names only, neither the value nor its length.
AuditEvent event_of(std::string_view action, std::string_view key, std::string_view more = {}) {
  return change_event("credential_change", std::string(action) + " " + std::string(key) + std::string(more),
                      event_details("key", key, "action", action));
}

Status check_key(std::string_view key) {
  if (key != credentials::kReservedKey) return {};
  return reject_field("key", "\"providers\" is the address of provider credentials; choose another name");
}

Status check_value(const Secret& value) {
  if (value.empty()) return reject_field("value", "must not be empty; delete the secret instead");
  if (value.reveal().find('\0') != std::string_view::npos)
    return reject_field("value", "must not contain a NUL character, which environment variables and headers cannot hold");
  return {};
}

Result<StoredCredential> existing(Result<std::optional<StoredCredential>> found, std::string_view key) {
  return serve::found_or_none(std::move(found), "secret", key, "facioctl credentials list");
}

}  // namespace

CredentialsService::CredentialsService(const serve::ServiceContext& context)
    : base_(context),
      stored_(context, "credential", [](std::string_view key) { return "the stored secret \"" + std::string(key) + "\""; }) {}
CredentialsService::~CredentialsService() = default;

std::int64_t CredentialsService::now() const { return base_.clock.now_ms(); }

Result<Credential> CredentialsService::save(store::Transaction& tx, std::string_view agent, std::string_view key,
                                            const StoredCredential& stored, AuditEvent event) {
  return stored_.save(tx, agent, key, stored).and_then([&] { return tx.append_audit(agent, std::move(event)); }).map([&] {
    return view_of(key, stored, base_.clock);
  });
}

Result<Credential> CredentialsService::store_value(store::Transaction& tx, std::string_view agent, std::string_view key,
                                                   const Secret& value, StoredCredential stored, std::string_view action) {
  if (auto status = check_value(value); !status) return fail(std::move(status.error()));
  auto sealed = stored_.seal(tx, agent, key, value.reveal());
  if (!sealed) return fail(std::move(sealed.error()));
  stored.sealed = std::move(*sealed);
  stored.updated_ms = now();
  return save(tx, agent, key, stored, event_of(action, key));
}

Result<CredentialList> CredentialsService::list(std::string_view agent) {
  return stored_.list(agent).map([this](const auto& all) {
    CredentialList found;
    for (const auto& [key, stored] : all) found.items.push_back(view_of(key, stored, base_.clock));
    return found;
  });
}

Result<Credential> CredentialsService::get(std::string_view agent, std::string_view key) {
  return existing(stored_.find(agent, key), key).map([&](const StoredCredential& stored) { return view_of(key, stored, base_.clock); });
}

Result<Credential> CredentialsService::create(store::Transaction& tx, std::string_view agent, const CredentialCreate& body) {
  if (auto status = check_key(body.key); !status) return fail(std::move(status.error()));
  auto present = stored_.find(tx, agent, body.key);
  if (!present) return fail(std::move(present.error()));
  if (*present)
    return fail(Code::conflict, "the secret \"" + body.key + "\" already exists", "facioctl credentials set " + body.key + " replaces it");
  return store_value(tx, agent, body.key, body.value, {.exposed = body.exposed.value_or(false)}, "created");
}

Result<Credential> CredentialsService::put(store::Transaction& tx, std::string_view agent, std::string_view key, const Secret& value) {
  if (auto status = check_key(key); !status) return fail(std::move(status.error()));
  auto present = stored_.find(tx, agent, key);
  if (!present) return fail(std::move(present.error()));
  return store_value(tx, agent, key, value, present->value_or(StoredCredential{}), *present ? "replaced" : "created");
}

Result<Credential> CredentialsService::expose(store::Transaction& tx, std::string_view agent, std::string_view key,
                                              const CredentialExposed& body) {
  if (!body.exposed) return reject_field("exposed", "is required");
  if (body.for_s && !*body.exposed) return reject_field("for_s", "needs exposed true; leave it out");
  auto stored = existing(stored_.find(tx, agent, key), key);
  if (!stored) return fail(std::move(stored.error()));
  stored->exposed = *body.exposed;
  stored->unlimit();
  std::string until;
  if (body.for_s) {
    stored->exposed_for_ms = *body.for_s * 1000;
    stored->expose_until(serve::Deadline::in(base_.clock, *stored->exposed_for_ms));
    until = " until " + format_rfc3339(*stored->exposed_until_ms);
  }
  return save(tx, agent, key, *stored, event_of(*body.exposed ? "exposed" : "unexposed", key, until));
}

Result<CredentialDeleted> CredentialsService::remove(store::Transaction& tx, std::string_view agent, std::string_view key) {
  return serve::erased_or_none(stored_.erase(tx, agent, key), "secret", key, "facioctl credentials list")
      .and_then([&] { return tx.append_audit(agent, event_of("deleted", key)); })
      .map([&] { return CredentialDeleted{std::string(key)}; });
}

/// Requires: mutex_ held.
void CredentialsService::set_alarm(std::int64_t not_before) {
  std::optional<std::int64_t> next;
  for (const auto& [who, end] : deadlines_) {
    const std::int64_t when = end.ends_ms(base_.clock);
    next = std::min(next.value_or(when), when);
  }
  if (next) next = std::max(*next, not_before);
  alarm_.set(next);
}

/// Requires: mutex_ held.
void CredentialsService::set_deadline(const Owner& who, std::optional<serve::Deadline> when) {
  if (when) deadlines_[who] = *when;
  else deadlines_.erase(who);
}

void CredentialsService::changed(std::string_view agent, const Credential& credential) {
  ++changes_;
  std::optional<serve::Deadline> end;
  if (credential.exposed_until)
    if (const auto stored = stored_.find(agent, credential.key); stored && *stored && (*stored)->exposed_until_ms)
      end = (*stored)->end(base_.clock);
  const std::lock_guard lock(mutex_);
  set_deadline({std::string(agent), credential.key}, end);
  set_alarm();
}

/// Unexposes a secret whose deadline has passed; returns the deadline when that has been changed in the meantime.
Result<std::optional<serve::Deadline>> CredentialsService::unexpose_if_expired(store::Transaction& tx, const Owner& who) {
  const auto& [agent, key] = who;
  auto found = stored_.find(tx, agent, key);
  if (!found) return fail(std::move(found.error()));
  if (!*found || !(*found)->exposed || !(*found)->exposed_until_ms) return std::optional<serve::Deadline>{};
  StoredCredential& stored = **found;
  if (stored.is_exposed(base_.clock)) return stored.end(base_.clock);
  stored.exposed = false;
  stored.unlimit();
  AuditEvent event = event_of("unexposed", key, ": its time was up");
  event.origin = "clock";
  return save(tx, agent, key, stored, std::move(event)).map([](const Credential&) { return std::optional<serve::Deadline>{}; });
}

Result<std::size_t> CredentialsService::unexpose_expired() {
  std::vector<Owner> due;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [who, end] : deadlines_)
      if (end.is_over(base_.clock)) due.push_back(who);
  }
  for (const Owner& who : due) {
    std::optional<serve::Deadline> later;
    const Status status = base_.store.run([&](store::Transaction& tx) -> Status {
      return unexpose_if_expired(tx, who).map([&](std::optional<serve::Deadline> left) { later = left; });
    });
    const std::lock_guard lock(mutex_);
    if (!status) {
      // It is safe to retry later: an expired secret is no longer given out.
      set_alarm(now() + kTryAgainMs);
      return fail(status.error());
    }
    set_deadline(who, later);
  }
  const std::lock_guard lock(mutex_);
  set_alarm();
  return due.size();
}

/// The time that passes is counted anew after a start of the machine; with that, a later setting of the clock lengthens nothing.
Status CredentialsService::count_from_this_start() {
  std::vector<Owner> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [who, end] : deadlines_) all.push_back(who);
  }
  for (const auto& [agent, key] : all) {
    auto found = stored_.find(agent, key);
    if (!found) return fail(std::move(found.error()));
    if (!*found || (*found)->is_of_this_start()) continue;
    Status status = base_.store.run([&, of = agent, name = key](store::Transaction& tx) -> Status {
      auto stored = stored_.find(tx, of, name);
      if (!stored || !*stored || !(*stored)->exposed_until_ms) return {};
      (*stored)->expose_until((*stored)->end(base_.clock));
      return stored_.save(tx, of, name, **stored);
    });
    if (!status) return status;
  }
  return {};
}

Status CredentialsService::start(std::span<const std::string_view> agents) {
  for (const std::string_view agent : agents) {
    const auto all = stored_.list(agent);
    if (!all) return fail(all.error());
    for (const auto& [key, stored] : *all)
      if (stored.exposed && stored.exposed_until_ms) set_deadline({std::string(agent), key}, stored.end(base_.clock));
  }
  if (auto due = unexpose_expired(); !due) return fail(std::move(due.error()));
  if (auto status = count_from_this_start(); !status) return status;
  if (auto status = alarm_.start([this](serve::AlarmClock::Jump) { (void)unexpose_expired(); }); !status) return status;
  const std::lock_guard lock(mutex_);
  set_alarm();
  return {};
}

Result<Secret> CredentialsService::resolve(std::string_view agent, std::string_view text, Keys keys) const {
  std::vector<std::pair<std::string_view, Secret>> pieces;  // the text before a placeholder, and its value
  std::size_t size = text.size(), from = 0;
  while (const auto place = credentials::next_placeholder(text, from)) {
    auto stored = stored_.find(agent, place->key);
    if (!stored) return fail(std::move(stored.error()));
    if (!*stored) {
      const std::string key(place->key);
      return fail(Error(Code::not_found, "${credentials." + key + "} refers to a secret that is not stored")
                      .with_field(key)
                      .with_hint("facioctl credentials set " + key));
    }
    if (keys == Keys::exposed && !(*stored)->is_exposed(base_.clock)) {
      const std::string key(place->key);
      return fail(Error(Code::forbidden, "${credentials." + key + "} refers to a secret that is not exposed")
                      .with_field(key)
                      .with_hint("facioctl credentials expose " + key));
    }
    auto value = stored_.unseal(agent, place->key, (*stored)->sealed);
    if (!value) return value;
    size += value->reveal().size();
    pieces.emplace_back(text.substr(from, place->begin - from), std::move(*value));
    from = place->end;
  }
  std::string resolved;
  resolved.reserve(size);  // a growing buffer would leave copies behind
  for (const auto& [before, value] : pieces) resolved.append(before).append(value.reveal());
  resolved.append(text.substr(from));
  return Secret(std::move(resolved));
}

Result<std::map<std::string, Secret>> CredentialsService::exposed(std::string_view agent) const {
  const auto all = stored_.list(agent);
  if (!all) return fail(all.error());
  std::map<std::string, Secret> found;
  for (const auto& [key, stored] : *all) {
    if (!stored.is_exposed(base_.clock)) continue;
    auto value = stored_.unseal(agent, key, stored.sealed);
    if (!value) return fail(std::move(value.error()));
    found.emplace(key, std::move(*value));
  }
  return found;
}

/// The mask as of the last change; null when the secrets cannot be read.
std::shared_ptr<const credentials::Mask> CredentialsService::mask_of(std::string_view agent) const {
  const std::uint64_t change = changes_.load();
  const serve::HeldLock held(serve::LockLevel::mask);
  const std::lock_guard lock(mask_mutex_);
  const auto known = masks_.find(agent);
  if (known != masks_.end() && known->second.first == change) return known->second.second;
  const auto documents = stored_.list_json(agent);
  if (!documents) return known == masks_.end() ? nullptr : known->second.second;
  auto made = std::make_shared<credentials::Mask>();
  for (const store::Document& document : *documents)
    if (const auto stored = stored_.parse(document.id, document.json))
      if (const auto value = stored_.unseal(agent, document.id, stored->sealed)) made->add(*value, "${credentials." + document.id + "}");
  for (const auto& [who, value] : others_)
    if (who.first == agent) made->add(value, kMask);
  made->ready();
  masks_.insert_or_assign(std::string(agent), std::pair(change, made));
  return made;
}

std::string CredentialsService::masked(std::string_view agent, std::string_view text) const {
  const auto mask = mask_of(agent);
  if (!mask) return "[not shown: the stored secrets cannot be read, so this cannot be checked for them]";
  return mask->empty() ? std::string(text) : mask->applied(text);
}

Result<MaskedText> CredentialsService::masked_text(std::string_view agent, std::string_view text) const {
  const auto mask = mask_of(agent);
  if (!mask) return fail(Code::internal, "the stored secrets cannot be read, so the text cannot be checked for them");
  MaskedText masked;
  std::size_t kept = 0;
  for (const credentials::MaskedPart& part : mask->parts(text)) {
    masked.text.append(text.substr(kept, part.begin - kept));
    masked.masks.push_back({masked.text.size(), masked.text.size() + part.shown.size(), part.begin, part.end});
    masked.text.append(part.shown);
    kept = part.end;
  }
  masked.text.append(text.substr(kept));
  return masked;
}

std::string CredentialsService::masked_start(std::string_view agent, std::string& text) const {
  const auto mask = mask_of(agent);
  if (!mask) return {};  // masked() will say so at the end
  const std::size_t settled = mask->settled(text);
  std::string out = mask->applied(std::string_view(text).substr(0, settled));
  text.erase(0, settled);
  return out;
}

void CredentialsService::also_mask(std::string_view agent, std::string_view place, const Secret& value) const {
  const serve::HeldLock held(serve::LockLevel::mask);
  const std::lock_guard lock(mask_mutex_);
  Secret& kept = others_[{std::string(agent), std::string(place)}];
  if (kept.reveal() == value.reveal()) return;
  kept = value;
  ++changes_;
}

}  // namespace facio
