// What usage can be grouped by; the same for client and server.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/text.hpp"
#include "cli/core/usage_groups.hpp"

namespace facio::usage {

/// The name of a group on the wire; people say day, session and run, and cron for the sessions of jobs.
inline std::string_view wire_name(std::string_view word) {
  if (word == "day") return "date";
  if (word == "session" || word == "cron") return "session_key";
  return word == "run" ? "run_id" : word;
}

/// Whether this is the name of a group on the wire.
inline bool is_group(std::string_view name) { return is_usage_group(name) && wire_name(name) == name; }

/// Whether a comma-separated list asks for the jobs of cron, so that other turns are left out.
inline bool asks_for_jobs(std::string_view list) {
  const auto words = split(list, ',');
  return std::ranges::find(words, std::string_view("cron")) != words.end();
}

/// Adds the new groups of a comma-separated list. Code::rejected for an unknown one; `shown` is the name of the list.
inline Status add_groups(std::string_view list, std::string_view shown, std::vector<std::string>& groups) {
  for (const std::string_view typed : split(list, ',')) {
    const std::string_view word = wire_name(typed);
    if (word.empty()) continue;
    if (!is_group(word)) {
      std::string known;
      for (const std::string_view one : split(kUsageGroups, '|'))
        if (is_group(one)) known.append(known.empty() ? "" : ", ").append(one);
      return reject_field(std::string(shown), "\"" + std::string(word) + "\" is not one of " + known);
    }
    if (std::ranges::find(groups, word) == groups.end()) groups.emplace_back(word);
  }
  return {};
}

}  // namespace facio::usage
