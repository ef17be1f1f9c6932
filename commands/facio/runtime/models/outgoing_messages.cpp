#include "commands/facio/runtime/models/outgoing_messages.hpp"

#include <iterator>

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kEmpty = "(empty)";

/// Puts what was said before in front of a message of the same role.
void take_in(ModelMessage& message, ModelMessage before) {
  if (!before.text.empty()) message.text = message.text.empty() ? std::move(before.text) : before.text + "\n\n" + message.text;
  before.calls.insert(before.calls.end(), std::make_move_iterator(message.calls.begin()), std::make_move_iterator(message.calls.end()));
  message.calls = std::move(before.calls);
  if (message.back.empty()) message.back = std::move(before.back);
}

}  // namespace

std::vector<ModelMessage> outgoing_messages(std::vector<ModelMessage> messages) {
  std::vector<ModelMessage> out;
  for (ModelMessage& message : messages) {
    if ((message.role == "tool" || message.role == "user") && is_blank(message.text)) message.text = kEmpty;
    const bool begins = out.empty() || (out.size() == 1 && out.front().role == "system");
    if (begins && message.role == "assistant") out.push_back({.role = "user", .text = "(the conversation goes on)"});
    if (!out.empty() && out.back().role == message.role && message.role != "tool") {
      take_in(message, std::move(out.back()));
      out.pop_back();
    }
    out.push_back(std::move(message));
  }
  return out;
}

}  // namespace facio::serve
