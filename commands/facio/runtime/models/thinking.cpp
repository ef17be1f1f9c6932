#include "commands/facio/runtime/models/thinking.hpp"

#include <algorithm>

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kThinkTags[] = {"think", "thinking", "thought", "reasoning"};

std::string open_tag(std::string_view name) { return "<" + std::string(name) + ">"; }
std::string close_tag(std::string_view name) { return "</" + std::string(name) + ">"; }

}  // namespace

/// Tells the next part of what waits apart; false when that needs more text.
bool ThinkingSplitter::step(std::string& out) {
  if (state_ == State::answer) {
    out += std::exchange(waiting_, {});
    return false;
  }
  if (state_ == State::inside) {
    const auto end = waiting_.find(close_);
    if (end == std::string::npos) {
      waiting_.erase(0, waiting_.size() - std::min(waiting_.size(), close_.size() - 1));
      return false;
    }
    waiting_.erase(0, end + close_.size());
    state_ = State::before;
    return true;
  }
  const std::string_view start = trimmed(waiting_);
  if (start.empty()) return false;
  bool may_come = false;
  for (const std::string_view name : kThinkTags) {
    const std::string tag = open_tag(name);
    may_come = may_come || std::string_view(tag).starts_with(start);
    if (!start.starts_with(tag)) continue;
    waiting_.erase(0, waiting_.find('<') + tag.size());
    close_ = close_tag(name);
    thought_ = true;
    state_ = State::inside;
    return true;
  }
  if (may_come) return false;
  if (thought_) waiting_.erase(0, waiting_.find_first_not_of(kBlanks));
  state_ = State::answer;
  return true;
}

std::string ThinkingSplitter::add(std::string_view piece) {
  waiting_ += piece;
  std::string out;
  while (step(out)) {
  }
  return out;
}

std::string ThinkingSplitter::finish() {
  if (state_ == State::inside) waiting_.clear();
  if (state_ == State::before && thought_ && is_blank(std::string_view(waiting_))) waiting_.clear();
  return std::exchange(waiting_, {});
}

std::string without_open_thinking(std::string answer) {
  for (const std::string_view name : kThinkTags) {
    const auto end = answer.find(close_tag(name));
    if (end == std::string::npos || answer.find(open_tag(name)) < end) continue;
    if (end > 0 && (answer[end - 1] == '`' || answer[end - 1] == '"' || answer[end - 1] == '\'')) continue;
    answer.erase(0, end + close_tag(name).size());
    answer.erase(0, std::min(answer.find_first_not_of(kBlanks), answer.size()));
    return answer;
  }
  return answer;
}

}  // namespace facio::serve
