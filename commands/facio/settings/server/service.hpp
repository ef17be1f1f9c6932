// The settings of an agent: the whole document, its defaults, what a change does.
#pragma once

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

/// What is stored and held in memory: the document without its options.
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
  SettingsState state;             ///< all settings, as they are then
  std::vector<std::string> names;  ///< dotted names of what changed ("browser.backend"); empty when everything was as wanted already

  /// Those of the names that wait for a restart.
  [[nodiscard]] std::vector<std::string> waiting() const;
  [[nodiscard]] bool restart_needed() const { return !waiting().empty(); }
};

/// Holds the effective settings of every agent in memory; the store is what lasts. Safe from any thread.
class SettingsService {
 public:
  /// `vault` seals the proxy's address, which may hold a password; without one none can be set. `pending` hears what waits for a restart.
  explicit SettingsService(store::Store& store, const serve::Vault* vault = nullptr, serve::PendingRestart* pending = nullptr)
      : store_(store), vault_(vault), pending_(pending) {}

  /// Reads the stored settings of an agent; called once at start. An agent that was not loaded is read when first asked for.
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
  /// Makes a checked change part of a unit of work, with its settings_change event (names only). Nothing is visible before publish().
  Result<SettingsChange> change(store::Transaction& transaction, std::string_view agent, JsonRef patch);
  /// Makes a change that is durable the effective one and tells the listeners.
  void publish(std::string_view agent, const SettingsChange& change);
  /// The same for a change that somebody asked for, with what of it waits for a restart. Gives the answer to PATCH: the whole document with
  /// `changes` and `restart_needed`.
  std::string announce(std::string_view agent, const SettingsChange& change);

  /// Called after every published change with the agent and the names of what changed, on the publishing thread.
  using Listener = UniqueFunction<void(std::string_view agent, const std::vector<std::string>& names)>;
  void subscribe(Listener listener);

 private:
  struct Effective;  // the settings with their document, made once
  using EffectivePtr = std::shared_ptr<const Effective>;
  Result<EffectivePtr> effective(std::string_view agent) const;

  store::Store& store_;
  const serve::Vault* vault_;
  serve::PendingRestart* pending_;
  mutable std::shared_mutex mutex_;
  mutable std::map<std::string, EffectivePtr, std::less<>> agents_;
  std::mutex listening_;
  std::vector<Listener> listeners_;
};

}  // namespace facio
