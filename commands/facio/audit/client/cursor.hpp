// Where a reader of the log was: text that goes on from there, and the file that keeps it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// The last event of one agent that was read: c1.TIME.ID.SEQ.HASH.AGENT. TIME is epoch milliseconds; ID is the event's own, whoever asks;
/// SEQ and HASH are its position and the start of its hash in a log that has them, else 0.
struct Cursor {
  std::int64_t ts_ms = 0;
  std::uint64_t id = 0;
  std::int64_t seq = 0;
  std::string hash;   ///< its first 16 digits
  std::string agent;  ///< name of the context, or its address

  static Cursor of(const Event& event, std::string agent);
  /// Code::usage for text that is no cursor.
  static Result<Cursor> parse(std::string_view text, const std::string& shown);
  [[nodiscard]] std::string text() const;
  bool operator==(const Cursor&) const = default;
};

/// Cursors of several agents, joined by commas.
Result<std::vector<Cursor>> parse_cursors(std::string_view text, const std::string& shown);
std::string joined(const std::vector<Cursor>& cursors);

/// The file of --cursor-file. One write of a fixed size replaces what is there, so that a kill at any time leaves one cursor or the other.
class CursorFile {
 public:
  CursorFile() = default;
  CursorFile(CursorFile&& other) noexcept;
  CursorFile& operator=(CursorFile&& other) noexcept;
  ~CursorFile();

  /// Opens or creates it (mode 0600). Code::usage when it cannot be, or holds something else.
  static Result<CursorFile> open(const std::string& path);
  /// What it held; empty for a new one.
  [[nodiscard]] const std::string& held() const { return held_; }
  /// Writes it, and brings it to the disk when the last time was a second ago. Only after the lines are out. Code::output on failure.
  Status save(const std::string& cursors);
  /// SIGTERM, SIGINT and SIGHUP bring it to the disk before they end the program.
  void guard() const;
  Status sync();

 private:
  int fd_ = -1;
  std::string path_, held_;
  std::int64_t synced_ms_ = 0;
  bool dirty_ = false;
};

}  // namespace facio::audit
