// What usage can be grouped by; the same for client and server.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/text.hpp"

namespace facio::usage {

inline constexpr std::string_view kGroups[] = {"date", "model", "origin", "channel", "session_key", "run_id"};

/// Adds the new groups of a comma-separated list. Code::rejected for an unknown one; `shown` is the name of the list.
inline Status add_groups(std::string_view list, std::string_view shown, std::vector<std::string>& groups) {
  for (const std::string_view word : split(list, ',')) {
    if (word.empty()) continue;
    if (std::ranges::find(kGroups, word) == std::end(kGroups))
      return reject_field(std::string(shown),
                          "\"" + std::string(word) + "\" is not one of date, model, origin, channel, session_key, run_id");
    if (std::ranges::find(groups, word) == groups.end()) groups.emplace_back(word);
  }
  return {};
}

}  // namespace facio::usage
