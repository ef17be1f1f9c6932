// The words by which usage can be grouped: one list for the pattern that requests are checked by, for its rule and for what is said of it.
#pragma once

#include <string_view>

/// As alternatives of a regular expression: the names on the wire, and what people say for them.
#define FACIO_USAGE_GROUPS "date|day|model|origin|channel|session_key|session|run_id|run|cron"

namespace facio {

inline constexpr std::string_view kUsageGroups = FACIO_USAGE_GROUPS;

/// Whether this is one of the words.
constexpr bool is_usage_group(std::string_view word) {
  std::string_view rest = kUsageGroups;
  while (!rest.empty()) {
    const auto bar = rest.find('|');
    if (rest.substr(0, bar) == word) return true;
    rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
  }
  return false;
}

}  // namespace facio
