// The part of a version beside the workspace: policy, cron jobs and settings as text files. Never a secret.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {
class PolicyService;
}

namespace facio::serve {

/// The files below state/; a text is empty where a version lacks the file.
struct StateTexts {
  std::string cron, policy, settings;
};
inline constexpr std::pair<const char*, std::string StateTexts::*> kStateFiles[] = {
    {"cron.json", &StateTexts::cron}, {"policy.json", &StateTexts::policy}, {"settings.json", &StateTexts::settings}};

/// JSON laid out for comparing: names sorted, one item a line, a line feed at the end. The same content always gives the same text.
std::string canonical_json(JsonRef value);

/// The services whose state it is.
struct StateParts {
  SettingsService& settings;
  CronService& cron;
  PolicyService& policy;

  /// The files of a version recorded now.
  Result<StateTexts> texts(std::string_view agent) const;

  /// What restore() changed; to be published once it is durable.
  struct Restored {
    SettingsChange settings;
    CronRestored cron;
    bool policy = false;  ///< the rules were replaced
  };
  /// Restores the state as part of a transaction; `present` are the cron jobs read before it began. Secret settings stay as they are.
  /// Code::rejected for a text that this program did not write.
  Result<Restored> restore(store::Transaction& tx, std::string_view agent, const StateTexts& texts,
                           const std::vector<CronJob>& present) const;
  void publish(std::string_view agent, const Restored& restored) const;
};

}  // namespace facio::serve
