// The settings of an agent: the whole document, its defaults, what a change does.
#pragma once

#include <cstdint>
#include <memory>
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

/// A change that was made in a unit of work; takes effect with publish().
class SettingsChange {
 public:
  SettingsChange();
  SettingsChange(SettingsChange&&) noexcept;
  SettingsChange& operator=(SettingsChange&&) noexcept;
  ~SettingsChange();

  /// Dotted names of what changed, as "model" or "browser.backend"; empty when everything was as wanted already.
  [[nodiscard]] const std::vector<std::string>& names() const;
  /// Those of the names that wait for a restart.
  [[nodiscard]] std::vector<std::string> waiting() const;
  /// Whether there are any.
  [[nodiscard]] bool restart_needed() const { return !waiting().empty(); }
  /// The answer to PATCH: the whole document with `changes` and `restart_needed`.
  [[nodiscard]] std::string document() const;

 private:
  friend class SettingsService;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Holds the effective settings of every agent in memory; the store is what lasts. Safe from any thread.
class SettingsService {
 public:
  /// `vault` seals the proxy's address, which may hold a password; without one none can be set. `pending` hears what waits for a restart.
  explicit SettingsService(store::Store& store, const serve::Vault* vault = nullptr, serve::PendingRestart* pending = nullptr);
  ~SettingsService();

  /// Reads the stored settings of an agent; called once at start. An agent that was not loaded is read when first asked for.
  Status load(std::string_view agent);

  /// The whole document of contract section 4.1 as JSON text.
  Result<std::string> document(std::string_view agent);

  /// Single values that other services need.
  [[nodiscard]] std::string timezone(std::string_view agent);  ///< IANA name, "UTC" when unset
  [[nodiscard]] std::int64_t max_concurrent_cron_jobs(std::string_view agent);
  [[nodiscard]] std::int64_t max_concurrent_requests(std::string_view agent);
  [[nodiscard]] std::string model(std::string_view agent);
  [[nodiscard]] std::string provider(std::string_view agent);
  [[nodiscard]] SettingsBasic basic(std::string_view agent);
  [[nodiscard]] SettingsAdvanced advanced(std::string_view agent);
  [[nodiscard]] SettingsImprovement self_improvement(std::string_view agent);
  [[nodiscard]] bool policy_enabled(std::string_view agent);
  [[nodiscard]] bool policy_skip_cron(std::string_view agent);

  /// Checks every key of a flat change (contract section 4.2): type, range, allowed values, unknown keys. Code::rejected names the key.
  static Status check(JsonRef patch);
  /// Makes a checked change part of a unit of work, with its settings_change event (names only). Nothing is visible before publish().
  Result<SettingsChange> change(store::Transaction& transaction, std::string_view agent, JsonRef patch);
  /// Makes a change that is durable the effective one and tells the listeners.
  void publish(std::string_view agent, const SettingsChange& change);
  /// The same for a change that somebody asked for, with what of it waits for a restart; gives the answer.
  std::string announce(std::string_view agent, const SettingsChange& change);

  /// Called after every published change with the agent and the names of what changed, on the publishing thread.
  using Listener = UniqueFunction<void(std::string_view agent, const std::vector<std::string>& names)>;
  void subscribe(Listener listener);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
