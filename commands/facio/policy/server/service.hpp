// The tool policy: rules that the store keeps, and two switches that are settings.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/policy/rules.hpp"
#include "commands/facio/runtime/documents.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {

/// A rule as stored, and whether it is new.
struct PolicyAdded {
  PolicyRule rule;
  bool created = true;
};

/// Safe from any thread; what takes a Transaction is part of a unit of work on the writer thread, with its audit event.
class PolicyService {
 public:
  explicit PolicyService(const serve::ServiceContext& context)
      : base_(context), rules_(context, "policy_rule", [](std::string_view) -> std::string { return "a stored rule"; }) {}

  /// The rules in the order of their creation.
  Result<PolicyState> state(std::string_view agent);
  /// The policy's decision on a call. Reads nothing from the store unless a rule was changed.
  Result<policy::Verdict> decide(std::string_view agent, const policy::ToolCall& call);
  /// The compiled rules.
  Result<std::shared_ptr<const policy::RuleSet>> rules(std::string_view agent);
  [[nodiscard]] PolicySettings switches(std::string_view agent);

  /// Adds a rule; one that exists already stays as it is. Code::rejected names the field.
  Result<PolicyAdded> add(store::Transaction& tx, std::string_view agent, const PolicyAdd& rule);
  /// Removes the rule with the same action, tool and params. Code::not_found.
  Result<PolicyRemoved> remove(store::Transaction& tx, std::string_view agent, const PolicyRule& rule);
  /// Removes every rule.
  Result<PolicyCleared> clear(store::Transaction& tx, std::string_view agent);
  /// Replaces all rules.
  Status replace(store::Transaction& tx, std::string_view agent, const std::vector<PolicyRule>& rules);
  /// To be called when a change of rules is durable, before it is acknowledged.
  void changed(std::string_view agent);

  /// Changes the switches, which are the settings policy_enabled and policy_skip_cron.
  Result<SettingsChange> set(store::Transaction& tx, std::string_view agent, JsonRef body);
  /// To be called when that is durable; returns the switches.
  PolicySettings publish(std::string_view agent, const SettingsChange& change);

 private:
  struct Compiled {
    std::uint64_t version = 1;  ///< counts changes
    std::uint64_t read = 0;     ///< version at which `rules` was read; 0: never
    std::shared_ptr<const policy::RuleSet> rules;
  };

  Result<std::vector<PolicyRule>> read(const std::vector<store::Document>& documents) const;

  const serve::ServiceContext& base_;
  const serve::Documents<PolicyRule> rules_;
  std::mutex mutex_;
  std::map<std::string, Compiled, std::less<>> compiled_;  ///< by agent; guarded by mutex_
};

}  // namespace facio
