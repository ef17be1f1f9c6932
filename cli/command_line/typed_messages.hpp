// The messages of a conversation, as a person types them.
#pragma once

#include <optional>

#include "cli/command_line/client.hpp"
#include "cli/command_line/line_editor.hpp"

namespace facio {

/// Whether a message ends the conversation: /quit or /exit.
bool is_goodbye(std::string_view message);

/// Edited on a terminal that can be drawn on, with a history for each agent; else line by line, where a backslash at the end continues.
/// --no-history and FACIOCTL_CHAT_HISTORY are heeded.
class TypedMessages {
 public:
  static constexpr std::size_t kLongest = std::size_t{1} << 20;

  /// Code::usage for a variable that is neither true nor false, and what is wrong with the context: before anything is typed.
  static Status check(Client& client);

  explicit TypedMessages(Client& client);

  /// Nothing at the end of input.
  Result<std::optional<std::string>> next();
  /// Whether the end of input has left the line of the prompt.
  [[nodiscard]] bool ends_lines() const { return editor_.has_value(); }

 private:
  static std::string file_for(Client& client);
  Result<std::optional<std::string>> next_line();

  Streams& streams_;
  MessageHistory history_;
  std::optional<LineEditor> editor_;
  bool warned_ = false;
};

}  // namespace facio
