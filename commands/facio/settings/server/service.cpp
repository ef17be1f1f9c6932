#include "commands/facio/settings/server/service.hpp"

#include <mutex>
#include <absl/time/time.h>

#include <map>
#include <shared_mutex>

#include "cli/core/secret.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/zone.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/runtime/pending_restart.hpp"
#include "commands/facio/settings/server/overlay.hpp"
#include "commands/serve/vault/vault.hpp"
#include "commands/facio/settings/rules.hpp"

namespace facio {
namespace {

/// What is stored and held in memory: the document without its options.
struct State {
  SettingsBasic basic;
  SettingsAdvanced advanced;
  SettingsBrowser browser;
  SettingsImprovement self_improvement;

  static constexpr ShapeHead shape{"SettingsState", "Stored settings"};
  static constexpr auto fields() {
    return Fields{field("basic", &State::basic, "as in the document"), field("advanced", &State::advanced, "as in the document"),
                  field("browser", &State::browser, "as in the document"),
                  field("self_improvement", &State::self_improvement, "as in the document")};
  }
};

const State& defaults() {
  static const State state;
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

Settings document_of(const State& state) {
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

Result<Secret> unseal_proxy(const JsonDocument& stored, std::string_view agent, const serve::Vault* vault) {
  const JsonRef sealed = stored.root().find(kSealedProxy);
  if (vault == nullptr || sealed.kind() != JsonKind::string) return fail(Code::internal, "browser.proxy is not sealed as it should be");
  return vault->unseal(sealed.string(), place_of_proxy(agent));
}

Result<State> parse_state(const std::string& stored, std::string_view agent, const serve::Vault* vault) {
  State state;
  auto parsed = JsonDocument::parse(stored);
  if (!parsed) return fail(std::move(parsed.error()));
  std::optional<Secret> proxy;
  if (parsed->root().find(kSealedProxy)) {
    auto opened = unseal_proxy(*parsed, agent, vault);
    if (!opened) return fail(std::move(opened.error()));
    proxy = std::move(*opened);
    parsed->erase(kProxy);
  }
  if (auto laid = settings::overlay(state, parsed->root()); !laid) return fail(std::move(laid.error()));
  if (proxy) state.browser.proxy = std::move(*proxy);
  return state;
}

Result<State> state_from(const std::optional<std::string>& stored, std::string_view agent, const serve::Vault* vault) {
  if (!stored) return State{};
  auto state = parse_state(*stored, agent, vault);
  if (!state) return fail(Code::internal, "the stored settings cannot be read: " + state.error().message());
  return state;
}

/// What differs from the defaults, with the proxy's address sealed.
Result<std::string> text_to_store(store::Transaction& transaction, std::string_view agent, const State& state, const serve::Vault* vault) {
  if (!state.browser.proxy) return settings::difference(state, defaults());
  if (vault == nullptr) return fail(Code::unavailable, "browser.proxy: this server keeps no secrets");
  auto sealed = vault->seal(transaction, state.browser.proxy->reveal(), place_of_proxy(agent));
  if (!sealed) return sealed;
  State open = state;
  open.browser.proxy.reset();
  auto document = JsonDocument::parse(settings::difference(open, defaults()));
  if (!document) return fail(std::move(document.error()));
  document->set_string(kSealedProxy, *sealed);
  return document->dump();
}

// "" and null bring a basic value back to its default.
void fill_cleared(SettingsBasic& basic) {
  settings::each_member<SettingsBasic>([&](const auto& member) {
    auto& value = basic.*(member.pointer);
    if (!value || value->empty()) value = defaults().basic.*(member.pointer);
  });
}

Result<State> changed(const State& before, JsonRef patch) {
  State after = before;
  if (auto status = settings::overlay(after.basic, patch); !status) return fail(std::move(status.error()));
  if (auto status = settings::overlay(after.advanced, patch); !status) return fail(std::move(status.error()));
  if (const JsonRef browser = patch.get("browser"))
    if (auto status = settings::overlay(after.browser, browser, "browser"); !status) return fail(std::move(status.error()));
  if (const JsonRef improvement = patch.get("self_improvement"))
    if (auto status = settings::overlay(after.self_improvement, improvement, "self_improvement"); !status)
      return fail(std::move(status.error()));
  fill_cleared(after.basic);
  for (auto* text : {&after.self_improvement.model_override, &after.self_improvement.provider_override, &after.browser.camoufox.geoip})
    if (*text && (*text)->empty()) text->reset();
  // The mask that the document shows means: as it is.
  if (after.browser.proxy && after.browser.proxy->reveal() == kMask) after.browser.proxy = before.browser.proxy;
  return after;
}

bool waits_for_restart(std::string_view name) {
  return name.starts_with("browser.") || name == "unified_session" || name == "max_concurrent_requests";
}

}  // namespace

// ------------------------------------------------------------------------------------------------------- change

struct SettingsChange::Impl {
  State state;
  std::vector<std::string> names;
};

SettingsChange::SettingsChange() : impl_(std::make_unique<Impl>()) {}
SettingsChange::SettingsChange(SettingsChange&&) noexcept = default;
SettingsChange& SettingsChange::operator=(SettingsChange&&) noexcept = default;
SettingsChange::~SettingsChange() = default;

const std::vector<std::string>& SettingsChange::names() const { return impl_->names; }

std::vector<std::string> SettingsChange::waiting() const {
  std::vector<std::string> found;
  std::ranges::copy_if(impl_->names, std::back_inserter(found), waits_for_restart);
  return found;
}

std::string SettingsChange::document() const {
  Settings document = document_of(impl_->state);
  document.changes = impl_->names;
  document.restart_needed = restart_needed();
  return to_json(document);
}

// ------------------------------------------------------------------------------------------------------ service

struct SettingsService::Impl {
  struct Effective {
    State state;
    std::string document;
  };
  using EffectivePtr = std::shared_ptr<const Effective>;

  Impl(store::Store& from, const serve::Vault* with, serve::PendingRestart* waiting) : store(from), vault(with), pending(waiting) {}

  static EffectivePtr hold(State state) {
    auto held = std::make_shared<Effective>();
    held->document = to_json(document_of(state));
    held->state = std::move(state);
    return held;
  }

  void put(std::string_view agent, State state) {
    EffectivePtr held = hold(std::move(state));
    const std::unique_lock lock(mutex);
    agents.insert_or_assign(std::string(agent), std::move(held));
  }

  Result<EffectivePtr> get(std::string_view agent) {
    {
      const std::shared_lock lock(mutex);
      if (const auto found = agents.find(agent); found != agents.end()) return found->second;
    }
    auto stored = store.settings().load(agent);
    if (!stored) return fail(std::move(stored.error()));
    auto state = state_from(*stored, agent, vault);
    if (!state) return fail(std::move(state.error()));
    EffectivePtr held = hold(std::move(*state));
    const std::unique_lock lock(mutex);
    // Never over what was published meanwhile.
    return agents.try_emplace(std::string(agent), std::move(held)).first->second;
  }

  /// A value that cannot be read is the default's.
  template <class F>
  auto value(std::string_view agent, F pick) {
    auto held = get(agent);
    return pick(held ? (*held)->state : defaults());
  }

  store::Store& store;
  const serve::Vault* vault;
  serve::PendingRestart* pending;
  std::shared_mutex mutex;
  std::map<std::string, EffectivePtr, std::less<>> agents;
  std::mutex listening;
  std::vector<Listener> listeners;
};

SettingsService::SettingsService(store::Store& store, const serve::Vault* vault, serve::PendingRestart* pending)
    : impl_(std::make_unique<Impl>(store, vault, pending)) {}
SettingsService::~SettingsService() = default;

Status SettingsService::load(std::string_view agent) {
  auto held = impl_->get(agent);
  if (!held) return fail(std::move(held.error()));
  return {};
}

Result<std::string> SettingsService::document(std::string_view agent) {
  auto held = impl_->get(agent);
  if (!held) return fail(std::move(held.error()));
  return (*held)->document;
}

std::string SettingsService::timezone(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.basic.timezone.value_or("UTC"); });
}
std::int64_t SettingsService::max_concurrent_cron_jobs(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.advanced.max_concurrent_cron_jobs; });
}
std::int64_t SettingsService::max_concurrent_requests(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.advanced.max_concurrent_requests; });
}
std::string SettingsService::model(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.basic.model.value_or("builtin"); });
}
std::string SettingsService::provider(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.basic.provider.value_or("auto"); });
}
SettingsBasic SettingsService::basic(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.basic; });
}
SettingsAdvanced SettingsService::advanced(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.advanced; });
}
SettingsImprovement SettingsService::self_improvement(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.self_improvement; });
}

bool SettingsService::policy_enabled(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.advanced.policy_enabled; });
}
bool SettingsService::policy_skip_cron(std::string_view agent) {
  return impl_->value(agent, [](const State& state) { return state.advanced.policy_skip_cron; });
}

Status SettingsService::check(JsonRef patch) {
  if (auto status = validate(patch, settings::kPatch, Direction::patch); !status) return status;
  if (auto status = settings::check_known(patch, settings::kPatch, ""); !status) return status;
  if (auto status = settings::check_text(patch, ""); !status) return status;
  if (auto status = settings::check_one_of(patch, "reasoning_effort", kReasoningEfforts); !status) return status;
  if (auto status = settings::check_providers(patch); !status) return status;
  for (const std::string key : {"browser.domain_allowlist", "browser.domain_denylist"})
    if (auto status = settings::check_domains(patch, key); !status) return status;
  if (auto status = settings::check_proxy(patch); !status) return status;
  const std::string_view zone = patch.find("timezone").text();
  absl::TimeZone loaded;
  if (!zone.empty() && (!zone_exists(zone) || !absl::LoadTimeZone(absl::string_view(zone.data(), zone.size()), &loaded)))
    return reject_field("timezone", "\"" + std::string(zone) + "\" is not a known time zone; use an IANA name such as Europe/Berlin");
  if (patch.get("reflection_interval_h") && patch.get("dream_interval_h"))
    return reject_field("dream_interval_h", "is the old name of reflection_interval_h; give only one of them");
  return {};
}

Result<SettingsChange> SettingsService::change(store::Transaction& transaction, std::string_view agent, JsonRef patch) {
  if (auto status = check(patch); !status) return fail(std::move(status.error()));
  // From the store, not from memory: an earlier change of the same group is not published yet.
  auto stored = transaction.load_settings(agent);
  if (!stored) return fail(std::move(stored.error()));
  auto before = state_from(*stored, agent, impl_->vault);
  if (!before) return fail(std::move(before.error()));
  auto after = changed(*before, patch);
  if (!after) return fail(std::move(after.error()));

  SettingsChange change;
  auto& names = change.impl_->names;
  settings::name_differences(before->basic, after->basic, "", names);
  settings::name_differences(before->advanced, after->advanced, "", names);
  settings::name_differences(before->browser, after->browser, "browser.", names);
  settings::name_differences(before->self_improvement, after->self_improvement, "self_improvement.", names);
  change.impl_->state = std::move(*after);
  if (names.empty()) return change;

  auto text = text_to_store(transaction, agent, change.impl_->state, impl_->vault);
  if (!text) return fail(std::move(text.error()));
  if (auto status = transaction.save_settings(agent, *text); !status) return fail(std::move(status.error()));
  std::string message = "changed";
  for (const std::string& name : names) message += (&name == &names.front() ? " " : ", ") + name;
  AuditEvent event =
      change_event("settings_change", std::move(message), event_details("changes", names, "restart_needed", change.restart_needed()));
  if (auto status = transaction.append_audit(agent, std::move(event)); !status) return fail(std::move(status.error()));
  return change;
}

void SettingsService::publish(std::string_view agent, const SettingsChange& change) {
  if (change.names().empty()) return;
  impl_->put(agent, change.impl_->state);
  const std::lock_guard guard(impl_->listening);
  for (Listener& listener : impl_->listeners) listener(agent, change.names());
}

std::string SettingsService::announce(std::string_view agent, const SettingsChange& change) {
  publish(agent, change);
  if (impl_->pending != nullptr)
    for (const std::string& name : change.waiting()) impl_->pending->add("setting " + name);
  return change.document();
}

void SettingsService::subscribe(Listener listener) {
  const std::lock_guard guard(impl_->listening);
  impl_->listeners.push_back(std::move(listener));
}

}  // namespace facio
