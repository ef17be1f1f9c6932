// Which turns start a run of self-improvement.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facio::serve {

/// What is known of a finished turn.
struct TurnFacts {
  std::string session;
  std::string message;  ///< of the user
  bool ok = false;      ///< it gave an answer
  std::int64_t tool_calls = 0;
  std::int64_t failed_in_a_row = 0;  ///< consecutive failures of one tool
  std::int64_t messages_in_session = 0;
};

inline constexpr std::int64_t kRepeated = 3;

/// Whether a message begins as corrections of an earlier answer do.
bool corrects(std::string_view message);
/// The trigger that a turn fires, among the enabled ones: user_correction, repeated_tool_error, goal_done; empty: none.
std::string_view trigger_of(const TurnFacts& facts, const std::vector<std::string>& wanted);

}  // namespace facio::serve
