#include "commands/facio/settings/server/service.hpp"

#include <absl/time/time.h>

#include <algorithm>

#include "cli/core/secret.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/runtime/pending_restart.hpp"
#include "commands/facio/settings/rules.hpp"
#include "commands/facio/settings/server/overlay.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio {
namespace {

const SettingsState& defaults() {
  static const SettingsState state;
  return state;
}

SettingsOptions options() {
  const auto words = [](std::span<const std::string_view> from) { return std::vector<std::string>(from.begin(), from.end()); };
  SettingsOptions all;
  for (const providers::Choice& one : providers::kChoices) all.providers.push_back({std::string(one.value), std::string(one.label)});
  all.reasoning_effort = words(kReasoningEfforts);
  all.provider_retry_mode = words(kRetryModes);
  all.browser_backends = words(kBrowserBackends);
  all.self_improvement_modes = words(kImprovementModes);
  all.self_improvement_triggers = words(kImprovementTriggers);
  all.self_improvement_scopes = words(kImprovementScopes);
  all.self_improvement_validation_levels = words(kValidationLevels);
  return all;
}

Settings document_of(const SettingsState& state) {
  Settings document{.basic = state.basic,
                    .advanced = state.advanced,
                    .browser = state.browser,
                    .self_improvement = state.self_improvement,
                    .options = options()};
  document.browser->proxy_set = state.browser.proxy.has_value();
  return document;
}

// The proxy's address may hold a password: stored as {"sealed": text}. Older versions stored the address itself.
constexpr std::string_view kProxy = "browser.proxy", kSealedProxy = "browser.proxy.sealed";

std::string place_of_proxy(std::string_view agent) { return std::string(agent) + "/settings/" + std::string(kProxy); }

Status read_state(SettingsState& state, const std::string& stored, std::string_view agent, const serve::Vault* vault) {
  auto document = JsonDocument::parse(stored);
  if (!document) return fail(std::move(document.error()));
  std::optional<Secret> proxy;
  if (const JsonRef sealed = document->root().find(kSealedProxy)) {
    if (vault == nullptr || sealed.kind() != JsonKind::string) return fail(Code::internal, "browser.proxy is not sealed as it should be");
    auto opened = vault->unseal(sealed.string(), place_of_proxy(agent));
    if (!opened) return fail(std::move(opened.error()));
    proxy = std::move(*opened);
    document->erase(kProxy);
  }
  if (auto status = settings::overlay(state, document->root()); !status) return status;
  if (proxy) state.browser.proxy = std::move(*proxy);
  return {};
}

Result<SettingsState> state_from(const Result<std::optional<std::string>>& stored, std::string_view agent, const serve::Vault* vault) {
  if (!stored) return fail(stored.error());
  SettingsState state;
  if (*stored)
    if (auto status = read_state(state, **stored, agent, vault); !status)
      return fail(Code::internal, "the stored settings cannot be read: " + status.error().message());
  return state;
}

/// What differs from the defaults, with the proxy's address sealed.
Result<std::string> text_to_store(store::Transaction& transaction, std::string_view agent, const SettingsState& state,
                                  const serve::Vault* vault) {
  if (!state.browser.proxy) return settings::difference(state, defaults());
  if (vault == nullptr) return fail(Code::unavailable, "browser.proxy: this server stores no secrets");
  auto sealed = vault->seal(transaction, state.browser.proxy->reveal(), place_of_proxy(agent));
  if (!sealed) return sealed;
  SettingsState open = state;
  open.browser.proxy.reset();
  auto document = JsonDocument::parse(settings::difference(open, defaults()));
  if (!document) return fail(std::move(document.error()));
  document->set_string(kSealedProxy, *sealed);
  return document->dump();
}

// "" and null reset a basic value to its default.
void fill_cleared(SettingsBasic& basic) {
  settings::each_member<SettingsBasic>([&](const auto& member) {
    auto& value = basic.*(member.pointer);
    if (!value || value->empty()) value = defaults().basic.*(member.pointer);
  });
}

Result<SettingsState> changed(const SettingsState& before, JsonRef patch) {
  SettingsState after = before;
  Status status = settings::overlay(after.basic, patch);
  if (status) status = settings::overlay(after.advanced, patch);
  if (status) status = settings::overlay(after.browser, patch.get("browser"), "browser");
  if (status) status = settings::overlay(after.self_improvement, patch.get("self_improvement"), "self_improvement");
  if (!status) return fail(std::move(status.error()));
  fill_cleared(after.basic);
  for (auto* text : {&after.self_improvement.model_override, &after.self_improvement.provider_override, &after.browser.camoufox.geoip})
    if (*text && (*text)->empty()) text->reset();
  // The mask stands for the stored value.
  if (after.browser.proxy && after.browser.proxy->reveal() == kMask) after.browser.proxy = before.browser.proxy;
  return after;
}

/// What a setting is now, for comparison. May be a secret.
Secret value_of(const SettingsState& state, std::string_view name) {
  if (name == kProxy) return state.browser.proxy.value_or(Secret());
  const auto document = JsonDocument::parse(to_json(document_of(state)));
  if (!document) return {};
  for (const JsonRef place :
       {document->root().find(name), document->root().get("advanced").get(name), document->root().get("basic").get(name)})
    if (place) return Secret(place.dump());
  return {};
}

bool waits_for_restart(std::string_view name) {
  return name.starts_with("browser.") || name == "unified_session" || name == "max_concurrent_requests";
}

}  // namespace

std::vector<std::string> SettingsChange::waiting() const {
  std::vector<std::string> found;
  std::ranges::copy_if(names, std::back_inserter(found), waits_for_restart);
  return found;
}

struct SettingsService::Effective {
  SettingsState state;
  std::string document = to_json(document_of(state));
};

Result<SettingsService::EffectivePtr> SettingsService::effective(std::string_view agent) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = agents_.find(agent); found != agents_.end()) return found->second;
  }
  return state_from(store_.settings().load(agent), agent, vault_).map([&](SettingsState&& state) {
    auto read = std::make_shared<const Effective>(Effective{std::move(state)});
    const std::unique_lock lock(mutex_);
    // Must not replace what was published in the meantime.
    return agents_.try_emplace(std::string(agent), std::move(read)).first->second;
  });
}

std::shared_ptr<const SettingsState> SettingsService::current(std::string_view agent) const {
  const auto found = effective(agent);
  return found ? std::shared_ptr<const SettingsState>(*found, &(*found)->state) : std::make_shared<const SettingsState>();
}

Status SettingsService::load(std::string_view agent) {
  return effective(agent).map([](const EffectivePtr&) {});
}

Result<std::string> SettingsService::document(std::string_view agent) {
  return effective(agent).map([](const EffectivePtr& found) { return found->document; });
}

Status SettingsService::check(JsonRef patch) {
  if (auto status = validate(patch, settings::kPatch, Direction::patch); !status) return status;
  if (auto status = settings::check_known(patch, settings::kPatch, ""); !status) return status;
  const std::string_view zone = patch.find("timezone").text();
  absl::TimeZone loaded;
  if (!zone.empty() && (!zone_exists(zone) || !absl::LoadTimeZone(absl::string_view(zone.data(), zone.size()), &loaded)))
    return reject_field("timezone", "\"" + std::string(zone) + "\" is not a known time zone; use an IANA name such as Europe/Berlin");
  if (patch.get("reflection_interval_h") && patch.get("dream_interval_h"))
    return reject_field("dream_interval_h", "is the old name of reflection_interval_h; give only one of them");
  return {};
}

Result<SettingsChange> SettingsService::change(store::Transaction& transaction, std::string_view agent, JsonRef patch) {
  const JsonRef keys = patch.get("api_keys");
  if (!keys || !api_keys_) return change_known(transaction, agent, patch);
  if (!keys.is(JsonKind::object)) return reject_field("api_keys", "must be an object: {PROVIDER: KEY}");
  auto rest = JsonDocument::parse(patch.dump());
  if (!rest) return fail(std::move(rest.error()));
  rest->erase("api_keys");
  auto change = change_known(transaction, agent, rest->root());
  if (!change) return change;
  if (auto status = api_keys_(transaction, agent, keys); !status) return fail(std::move(status.error()));
  for (std::size_t i = 0; i < keys.size(); ++i) change->names.push_back("api_keys." + std::string(keys.name_at(i)));
  return change;
}

Result<SettingsChange> SettingsService::change_known(store::Transaction& transaction, std::string_view agent, JsonRef patch) {
  if (auto status = check(patch); !status) return fail(std::move(status.error()));
  // From the store, not from memory: an earlier change of the same group is not published yet.
  const auto before = state_from(transaction.load_settings(agent), agent, vault_);
  if (!before) return fail(before.error());
  auto after = changed(*before, patch);
  if (!after) return fail(std::move(after.error()));

  SettingsChange change{std::move(*after), {}};
  settings::name_differences(before->basic, change.state.basic, "", change.names);
  settings::name_differences(before->advanced, change.state.advanced, "", change.names);
  settings::name_differences(before->browser, change.state.browser, "browser.", change.names);
  settings::name_differences(before->self_improvement, change.state.self_improvement, "self_improvement.", change.names);
  if (change.names.empty()) return change;
  if (pending_ != nullptr)
    for (const std::string& name : change.waiting()) pending_->remember(agent, "setting " + name, value_of(*before, name).reveal());

  auto text = text_to_store(transaction, agent, change.state, vault_);
  if (!text) return fail(std::move(text.error()));
  std::string message = "changed";
  for (const std::string& name : change.names) message += (&name == &change.names.front() ? " " : ", ") + name;
  auto details = event_details("changes", change.names, "restart_needed", change.restart_needed());
  return transaction.save_settings(agent, *text)
      .and_then([&] { return transaction.append_audit(agent, change_event("settings_change", std::move(message), std::move(details))); })
      .map([&] { return std::move(change); });
}

void SettingsService::publish(std::string_view agent, const SettingsChange& change) {
  if (change.names.empty()) return;
  if (pending_ != nullptr)
    for (const std::string& name : change.waiting()) pending_->changed(agent, "setting " + name, value_of(change.state, name).reveal());
  auto published = std::make_shared<const Effective>(Effective{change.state});
  {
    const std::unique_lock lock(mutex_);
    agents_.insert_or_assign(std::string(agent), std::move(published));
  }
  const std::lock_guard guard(listening_);
  for (Listener& listener : listeners_) listener(agent, change.names);
}

std::string SettingsService::announce(std::string_view agent, const SettingsChange& change) {
  publish(agent, change);
  Settings document = document_of(change.state);
  document.changes = change.names;
  document.restart_needed = std::ranges::any_of(
      change.waiting(), [&](const std::string& name) { return pending_ == nullptr || pending_->waits(agent, "setting " + name); });
  return to_json(document);
}

void SettingsService::subscribe(Listener listener) {
  const std::lock_guard guard(listening_);
  listeners_.push_back(std::move(listener));
}

}  // namespace facio
