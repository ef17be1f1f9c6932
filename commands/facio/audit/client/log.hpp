// What `audit` shows of one agent before, or without, following it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/pages.hpp"

namespace facio::audit {

/// Which part of the log is shown.
struct Wanted {
  std::optional<std::size_t> lines;  ///< so many at most; none: all
  std::vector<Cursor> behind;        ///< go on behind these
  bool inclusive = false;            ///< --cursor: with the event itself
  bool newest = false;               ///< of what is behind the cursor the last lines, not the first

  static Result<Wanted> from(const Invocation& invocation, const CursorFile& file, bool all);
  /// The cursor of one agent; with one agent any will do.
  [[nodiscard]] const Cursor* cursor_of(const std::string& agent, bool alone) const;
};

/// What was read of one agent's log.
struct Reading {
  std::optional<Cursor> last;  ///< the newest event that was looked at, shown or not
  bool gap = false;            ///< the cursor's event is not in the log any more
  std::int64_t gap_from_ms = 0, gap_to_ms = 0;
};

/// Visits what is wanted, the oldest first.
Result<Reading> read_log(Client& client, const Filter& filter, const Wanted& wanted, const Cursor* behind, const Visit& visit);

/// The newest event of the log, whatever it is; nothing when the log is empty.
Result<std::optional<Event>> newest_event(Client& client);

/// The name of the agent: of its context, else its address.
Result<std::string> agent_name(Client& client);

}  // namespace facio::audit
