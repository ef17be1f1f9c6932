// A whole policy: the agent's, or one in a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/policy/rules.hpp"

namespace facio::policy {

struct Policy {
  std::vector<PolicyRule> rules;
  std::optional<bool> enabled, skip_cron;

  /// The switches; a missing one is as in `otherwise`.
  [[nodiscard]] Switches switches(Switches otherwise = {}) const {
    return {.enabled = enabled.value_or(otherwise.enabled), .skip_cron = skip_cron.value_or(otherwise.skip_cron)};
  }
};

Result<Policy> policy_of_agent(Client& client);
/// A policy from a YAML or JSON file: {rules: [...], enabled, skipCron}, or the rules alone. Code::usage names an invalid rule.
Result<Policy> policy_of_file(Client& client, const std::string& path);
/// NAME=VALUE texts of a flag as arguments. Code::usage.
Result<std::map<std::string, std::string>> arguments_of(const Invocation& invocation, std::string_view flag);

}  // namespace facio::policy
