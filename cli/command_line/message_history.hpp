// The messages of earlier conversations, for the arrow keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// The file that keeps the messages to one agent: $XDG_STATE_HOME/facioctl/chat/NAME, by default below ~/.local/state. `agent` is the name
/// of a context or an address. Empty where there is no such place.
std::string history_file(const Environment& environment, std::string_view agent);

/// Kept in a file of the user's own (0600), a message a line; the oldest are dropped beyond 1000 messages or 1 MiB. Conversations at the
/// same time share it.
class MessageHistory {
 public:
  /// Reads what is kept. An empty path: nothing is read, and nothing is written.
  explicit MessageHistory(std::string path);

  /// Adds a message, and keeps it in the file. Left out are messages that begin with a blank, repeat the last one or exceed 64 KiB.
  /// Code::output when it cannot be written.
  Status add(const std::string& message);
  /// The oldest first.
  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }

 private:
  void read();

  std::string path_;
  std::vector<std::string> messages_;
};

}  // namespace facio
