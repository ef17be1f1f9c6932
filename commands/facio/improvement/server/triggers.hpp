// What in a turn starts a run of self-improvement.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facio::serve {

/// What is known of a turn that has ended.
struct TurnFacts {
  std::string session;
  std::string message;  ///< of the user
  bool ok = false;      ///< it came to an answer
  std::int64_t tool_calls = 0;
  std::int64_t failed_in_a_row = 0;  ///< failures of the same tool, one after the other
  std::int64_t messages_in_session = 0;
};

inline constexpr std::int64_t kRepeated = 3;

/// Whether a message corrects what was said before: it begins as people begin who do that.
bool corrects(std::string_view message);
/// The trigger that a turn pulls, of those that are wanted: user_correction, repeated_tool_error, goal_done; empty: none.
std::string_view trigger_of(const TurnFacts& facts, const std::vector<std::string>& wanted);

}  // namespace facio::serve
