// Signed notes (c2sp.org/signed-note) with Ed25519, and the checkpoints of logs in them (c2sp.org/tlog-checkpoint), so that any program
// that knows these forms can check ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/merkle.hpp"
#include "cli/core/result.hpp"

namespace facio {

/// A public key with its name. As text, NAME+HASH+KEY: the hash is four bytes in hexadecimal, the key is base64 of 1 (Ed25519) and the key.
struct NoteKey {
  std::string name;
  HashBytes key{};

  [[nodiscard]] std::string text() const;
  /// What signature lines begin with: the first four bytes of SHA-256 over name, line feed, 1 and key.
  [[nodiscard]] std::string id() const;
  /// Code::rejected for another text, also when its hash is not that of name and key.
  static Result<NoteKey> parse(std::string_view text);
};

/// What a log was: so many records, of this root, under the name of the log.
struct LogCheckpoint {
  std::string origin;
  std::uint64_t size = 0;
  HashBytes root{};

  [[nodiscard]] std::string text() const;
  bool operator==(const LogCheckpoint&) const = default;
};

/// The note with one signature. `signature`: 64 bytes over `text`, which ends with a line feed.
std::string signed_note(std::string_view text, const NoteKey& key, std::string_view signature);

/// Whether this key has signed the note. Code::integrity: "is not signed by …", "has a signature that does not fit"; Code::rejected if
/// the text is no note.
Status check_note(std::string_view note, const NoteKey& key);

/// The checkpoint in a note that this key has signed. Errors as check_note(); Code::rejected also if it has no checkpoint.
Result<LogCheckpoint> open_checkpoint(std::string_view note, const NoteKey& key);
/// The same without a look at its signatures.
Result<LogCheckpoint> read_checkpoint(std::string_view note);

}  // namespace facio
