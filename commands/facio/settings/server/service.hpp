// The settings of an agent.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio {
namespace serve {
class PendingRestart;
class Vault;
}  // namespace serve

/// The settings as they are stored: the document without its options.
struct SettingsState {
  SettingsBasic basic;
  SettingsAdvanced advanced;
  SettingsBrowser browser;
  SettingsImprovement self_improvement;

  static constexpr ShapeHead shape{"SettingsState", "Stored settings"};
  static constexpr auto fields() {
    using S = SettingsState;
    return Fields{field("basic", &S::basic, "as in the document"), field("advanced", &S::advanced, "as in the document"),
                  field("browser", &S::browser, "as in the document"),
                  field("self_improvement", &S::self_improvement, "as in the document")};
  }
};

/// A change that was made in a unit of work; takes effect with publish().
struct SettingsChange {
  SettingsState state;             ///< the settings after it
  std::vector<std::string> names;  ///< dotted names of what changed ("browser.backend"); empty when nothing did

  /// The names of settings that take effect after a restart.
  [[nodiscard]] std::vector<std::string> waiting() const;
  [[nodiscard]] bool restart_needed() const { return !waiting().empty(); }
};

/// Caches the settings of every agent. Safe from any thread.
class SettingsService {
 public:
  /// `vault` seals the proxy's address, which may hold a password; without it no proxy can be set. `pending` collects what needs a restart.
  explicit SettingsService(store::Store& store, const serve::Vault* vault = nullptr, serve::PendingRestart* pending = nullptr)
      : store_(store), vault_(vault), pending_(pending) {}

  /// Reads the settings of an agent at start, to fail early. Otherwise they are read on first use.
  Status load(std::string_view agent);

  /// The whole document of contract section 4.1 as JSON text.
  Result<std::string> document(std::string_view agent);

  /// The settings in force; the defaults while those of the agent cannot be read.
  [[nodiscard]] std::shared_ptr<const SettingsState> current(std::string_view agent) const;
  [[nodiscard]] std::string timezone(std::string_view agent) const { return current(agent)->basic.timezone.value_or("UTC"); }
  [[nodiscard]] std::string model(std::string_view agent) const { return current(agent)->basic.model.value_or("builtin"); }
  [[nodiscard]] std::string provider(std::string_view agent) const { return current(agent)->basic.provider.value_or("auto"); }
  [[nodiscard]] SettingsBasic basic(std::string_view agent) const { return current(agent)->basic; }
  [[nodiscard]] SettingsAdvanced advanced(std::string_view agent) const { return current(agent)->advanced; }
  [[nodiscard]] SettingsImprovement self_improvement(std::string_view agent) const { return current(agent)->self_improvement; }

  /// Checks every key of a flat change (contract section 4.2): type, range, allowed values, unknown keys. Code::rejected names the key.
  static Status check(JsonRef patch);
  /// Takes `api_keys` of an older change, {provider or its variable: key, or null to remove it}, into a unit of work.
  using ApiKeys = std::function<Status(store::Transaction& transaction, std::string_view agent, JsonRef keys)>;
  /// Who keeps these keys. Before the first request; without it they are unknown settings.
  void on_api_keys(ApiKeys keep) { api_keys_ = std::move(keep); }
  /// Adds a change to a unit of work, with its settings_change event (names only). It takes effect with publish().
  Result<SettingsChange> change(store::Transaction& transaction, std::string_view agent, JsonRef patch);
  /// Puts a durable change into force, notes what of it needs a restart, and notifies the listeners.
  void publish(std::string_view agent, const SettingsChange& change);
  /// The same for a requested change. Returns the reply to PATCH: the document with `changes` and
  /// `restart_needed`.
  std::string announce(std::string_view agent, const SettingsChange& change);

  /// Called after every published change with the agent and the names of what changed, on the publishing thread.
  using Listener = UniqueFunction<void(std::string_view agent, const std::vector<std::string>& names)>;
  void subscribe(Listener listener);

 private:
  struct Effective;  // the settings, with their document as JSON text
  using EffectivePtr = std::shared_ptr<const Effective>;
  Result<EffectivePtr> effective(std::string_view agent) const;

  Result<SettingsChange> change_known(store::Transaction& transaction, std::string_view agent, JsonRef patch);

  store::Store& store_;
  ApiKeys api_keys_;
  const serve::Vault* vault_;
  serve::PendingRestart* pending_;
  mutable std::shared_mutex mutex_;
  mutable std::map<std::string, EffectivePtr, std::less<>> agents_;
  std::mutex listening_;
  std::vector<Listener> listeners_;
};

}  // namespace facio
