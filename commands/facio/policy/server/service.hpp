// The tool policy: rules that the store keeps, and two switches that are settings.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/policy/rules.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {

/// A rule as it is stored, and whether it was not there before.
struct PolicyAdded {
  PolicyRule rule;
  bool created = true;
};

/// Safe from any thread; what takes a Transaction is part of a unit of work on the writer thread, with its audit event.
class PolicyService {
 public:
  explicit PolicyService(const serve::ServiceContext& context) : base_(context) {}

  /// Switches, file and rules as the JSON of a PolicyState; the rules in the order in which they were added.
  Result<std::string> state(std::string_view agent);
  /// What the policy says of a call. Reads nothing from the store as long as no rule was changed.
  Result<policy::Verdict> decide(std::string_view agent, const policy::ToolCall& call);
  /// The rules, made ready; stays valid while it is held.
  Result<std::shared_ptr<const policy::RuleSet>> rules(std::string_view agent);
  [[nodiscard]] PolicySettings switches(std::string_view agent);

  /// Adds a rule; one that exists already stays as it is. Code::rejected names the field.
  Result<PolicyAdded> add(store::Transaction& tx, std::string_view agent, const PolicyAdd& rule);
  /// Removes the rule with the same action, tool and params. Code::not_found.
  Result<PolicyRemoved> remove(store::Transaction& tx, std::string_view agent, const PolicyRule& rule);
  /// Removes every rule.
  Result<PolicyCleared> clear(store::Transaction& tx, std::string_view agent);
  /// Puts these rules in the place of all there are.
  Status replace(store::Transaction& tx, std::string_view agent, const std::vector<PolicyRule>& rules);
  /// To be called when a change of rules is durable, before it is acknowledged.
  void changed(std::string_view agent);

  /// Changes the switches, which are the settings policy_enabled and policy_skip_cron.
  Result<SettingsChange> set(store::Transaction& tx, std::string_view agent, JsonRef body);
  /// To be called when that is durable; gives the switches.
  PolicySettings publish(std::string_view agent, const SettingsChange& change);

 private:
  using RuleSetPtr = std::shared_ptr<const policy::RuleSet>;
  struct Kept {
    std::uint64_t version = 0;  ///< counts changes
    std::uint64_t read = 0;     ///< version that `rules` was read at; 0: never
    RuleSetPtr rules;
  };

  const serve::ServiceContext& base_;
  std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_;
};

/// A rule from the parts of a request to remove it, wherever they came from. Code::rejected names what is missing.
Result<PolicyRule> rule_to_remove(std::string_view action, std::string_view tool, std::map<std::string, std::string> params);

}  // namespace facio
