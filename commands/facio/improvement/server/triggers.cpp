#include "commands/facio/improvement/server/triggers.hpp"

#include <algorithm>
#include <cctype>

namespace facio::serve {
namespace {

constexpr std::string_view kBeginnings[] = {
    "no,",
    "no.",
    "no -",
    "no!",
    "nope",
    "wrong",
    "that's wrong",
    "that is wrong",
    "this is wrong",
    "not what i",
    "that's not",
    "that is not",
    "this is not",
    "i meant",
    "i said",
    "i told you",
    "i asked",
    "actually,",
    "actually i",
    "incorrect",
    "you misunderstood",
    "you got it wrong",
    "you should have",
    "you forgot",
    "please don't",
    "don't ",
    "do not ",
    "stop doing",
    "never ",
    "again,",
    "nein,",
    "nein.",
    "falsch",
    "das ist falsch",
    "ich meinte",
};

std::string beginning_of(std::string_view message) {
  std::string text;
  for (const char c : message.substr(0, 200)) {
    if (text.empty() && std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (auto at = text.find("\xE2\x80\x99"); at != std::string::npos; at = text.find("\xE2\x80\x99")) text.replace(at, 3, "'");
  return text;
}

}  // namespace

bool corrects(std::string_view message) {
  const std::string text = beginning_of(message);
  return std::ranges::any_of(kBeginnings, [&](std::string_view start) { return text.starts_with(start); });
}

std::string_view trigger_of(const TurnFacts& facts, const std::vector<std::string>& wanted) {
  const auto wants = [&](std::string_view trigger) { return std::ranges::find(wanted, trigger) != wanted.end(); };
  // The message and its answer are two; what is corrected was said before.
  if (wants("user_correction") && facts.messages_in_session > 2 && corrects(facts.message)) return "user_correction";
  if (wants("repeated_tool_error") && facts.failed_in_a_row >= kRepeated) return "repeated_tool_error";
  if (wants("goal_done") && facts.ok && facts.tool_calls > 0) return "goal_done";
  return {};
}

}  // namespace facio::serve
