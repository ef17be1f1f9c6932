// What `audit` shows of one agent before, or without, following it.
#pragma once

#include <optional>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/pages.hpp"
#include "commands/facio/audit/client/tail.hpp"

namespace facio::audit {

/// Which part of the log is shown.
struct LogRange {
  std::optional<std::size_t> lines;  ///< at most; none: all
  std::vector<Cursor> after;         ///< start after these
  bool inclusive = false;            ///< --cursor: start with the cursor's event itself
  bool newest = false;               ///< show the last lines after the cursor, not the first

  static Result<LogRange> from(const Invocation& invocation, const CursorFile& file, bool all);
  /// The cursor of one agent; a single agent takes any.
  [[nodiscard]] const Cursor* cursor_of(const std::string& agent, bool single) const;
};

struct Reading {
  std::optional<Cursor> last;     ///< the newest event that was read, shown or not
  std::optional<TailUpdate> gap;  ///< set when the cursor's event is no longer in the log
};

/// Visits the events in the range, the oldest first.
Result<Reading> read_log(Client& client, const Filter& filter, const LogRange& range, const Cursor* after, const Visit& visit);

/// Reads what is shown before following, to `updates`, and makes the tail continue from there. Gives the cursor of the newest event.
Result<Cursor> begin_tail(Client& client, const Filter& filter, const LogRange& range, const Cursor* after, const std::string& agent,
                          Tail& tail, std::vector<TailUpdate>& updates);

/// The agent's name: that of its context, else its address.
Result<std::string> agent_name(Client& client);

}  // namespace facio::audit
