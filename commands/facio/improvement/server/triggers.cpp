#include "commands/facio/improvement/server/triggers.hpp"

#include <algorithm>

#include "cli/core/regex.hpp"

namespace facio::serve {

bool corrects(std::string_view message) {
  static const Regex kCorrection =
      std::move(Regex::compile(R"(^[\s\v]*(no[,.!]|no -|nope|wrong|incorrect|not what i|(that['’]s|that is|this is) (wrong|not))"
                               R"(|i (meant|said|told you|asked)|actually(,| i)|you (misunderstood|got it wrong))"
                               R"(|you (should have|forgot)|please don['’]t|don['’]t |do not |stop doing|never |again,)"
                               R"(|nein[,.]|(das ist )?falsch|ich meinte))",
                               {.ignore_case = true})
                    .value());
  return kCorrection.found_in(message);
}

std::string_view trigger_of(const TurnFacts& facts, const std::vector<std::string>& wanted) {
  const auto wants = [&](std::string_view trigger) { return std::ranges::find(wanted, trigger) != wanted.end(); };
  // This turn's message and its answer are two; what it corrects was said before.
  if (wants("user_correction") && facts.messages_in_session > 2 && corrects(facts.message)) return "user_correction";
  if (wants("repeated_tool_error") && facts.failed_in_a_row >= kRepeated) return "repeated_tool_error";
  if (wants("goal_done") && facts.ok && facts.tool_calls > 0) return "goal_done";
  return {};
}

}  // namespace facio::serve
