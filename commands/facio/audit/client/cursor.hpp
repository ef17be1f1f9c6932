// The position of a reader in the log: as text, and in the file that keeps it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// The last event that was read of one agent: c1.TIME.ID.SEQ.HASH.AGENT. TIME is epoch milliseconds; ID is Event::id; SEQ and HASH are its
/// position and the start of its hash in a log that has them, else 0.
struct Cursor {
  std::int64_t ts_ms = 0;
  std::uint64_t id = 0;
  std::int64_t seq = 0;
  std::string hash;   ///< the first 16 digits
  std::string agent;  ///< name of the context, or its address

  static Cursor of(const Event& event, std::string agent);
  /// Code::usage for other text; `shown` is what it was given to.
  static Result<Cursor> parse(std::string_view text, const std::string& shown);
  [[nodiscard]] std::string text() const;
  /// Whether the event was read before this one for sure: by its place where the log has numbers, else by its time.
  [[nodiscard]] bool is_behind(const Event& event) const { return seq > 0 && event.seq > 0 ? event.seq < seq : event.ts_ms <= ts_ms; }
  /// Where to read on, from the event itself: that it is still there shows that nothing is missing.
  [[nodiscard]] LogPlace place() const { return {ts_ms, seq > 0 ? std::optional(seq - 1) : std::nullopt}; }
  bool operator==(const Cursor&) const = default;
};

/// Cursors of several agents, joined by commas.
Result<std::vector<Cursor>> parse_cursors(std::string_view text, const std::string& shown);
std::string joined(const std::vector<Cursor>& cursors);

/// The file of --cursor-file. One write of a fixed size replaces the contents, so that a kill at any time leaves either cursor whole.
class CursorFile {
 public:
  CursorFile() = default;
  CursorFile(CursorFile&&) noexcept = default;
  CursorFile& operator=(CursorFile&&) noexcept = default;
  ~CursorFile();

  /// Opens or creates it (mode 0600). Code::output when that fails; Code::usage: it holds anything but cursors.
  static Result<CursorFile> open(const std::string& path);
  /// Its contents; empty for a new file.
  [[nodiscard]] const std::string& held() const { return held_; }
  /// Writes the cursors, and syncs at most once a second. To be called after the lines are out. Code::output on failure.
  Status save(const std::string& cursors);
  /// Makes SIGTERM, SIGINT and SIGHUP sync it before they end the program.
  void guard() const;
  Status sync();

 private:
  Descriptor fd_;
  std::string path_, held_;
  std::int64_t synced_ms_ = 0;
  bool dirty_ = false;
};

}  // namespace facio::audit
