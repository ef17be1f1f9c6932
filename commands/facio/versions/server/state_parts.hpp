// What a version holds beside the workspace: policy, cron jobs and settings as files of text. Never a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {
class PolicyService;
}

namespace facio::serve {

/// The texts of state/policy.json, state/cron.json and state/settings.json; empty where a version has none.
struct StateTexts {
  std::string policy, cron, settings;
};

/// The services whose state it is.
struct StateParts {
  SettingsService& settings;
  CronService& cron;
  PolicyService& policy;

  /// What the files of a version made now say.
  Result<StateTexts> texts(std::string_view agent) const;

  /// What came of restoring; to be published when it is durable.
  struct Restored {
    SettingsChange settings;
    CronRestored cron;
    bool policy = false;  ///< the rules were replaced
  };
  /// Brings the state back to the texts, as part of a unit of work; `present` are the cron jobs read before it. Settings that are secret
  /// stay as they are. Code::rejected when a text is none of ours.
  Result<Restored> restore(store::Transaction& tx, std::string_view agent, const StateTexts& texts,
                           const std::vector<CronJob>& present) const;
  void publish(std::string_view agent, const Restored& restored) const;
};

}  // namespace facio::serve
