// Checkpoints of an agent's log that are kept elsewhere. A witness file is text: the public key, then signed notes, with blank lines
// between; what any program for signed notes (c2sp.org/signed-note) reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "cli/core/signed_note.hpp"

namespace facio::audit {

struct Witnessed {
  NoteKey key;
  LogCheckpoint checkpoint;
};

/// Reads a witness file's text. Code::integrity if a signature does not fit, Code::rejected if it is no such file; the message says what
/// is wrong without naming the file.
Result<std::vector<Witnessed>> parse_witness(std::string_view text);

/// A file, or a file in the workspace of another context.
class WitnessPlace {
 public:
  /// From FILE or CONTEXT:PATH. Code::usage for an unknown context.
  static Result<WitnessPlace> from(Client& client, std::string_view text);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Its text; nothing when there is none.
  Result<std::optional<std::string>> read(Client& client);
  /// Puts a text behind what read() gave; on the disk when this returns.
  Status append(Client& client, std::string_view before, std::string_view more);

 private:
  std::string name_, context_, path_;  ///< context_: empty for a file
};

/// What the agent says of its log: its key, the checkpoint, which the key has signed, and the rest of the reply. Code::integrity when the
/// signature does not fit, or `--key` names another key.
struct AgentCheckpoint {
  NoteKey key;
  std::string note;
  LogCheckpoint checkpoint;
  JsonDocument reply;
};
Result<AgentCheckpoint> ask_checkpoint(Client& client);

}  // namespace facio::audit
