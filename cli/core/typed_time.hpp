// Times as people type them, by one rule for flags, KEY=VALUE, files and filters: without a zone they are local, with --time=utc UTC.
//
//   2026-11-29, today, yesterday, tomorrow      a day: from its midnight to the next, be it 23, 24 or 25 hours long
//   2026-11-29T22:00, yesterday 22:00, 22:00    an instant; a clock time alone is today's. A zone may follow: Z, +01:00
//   now, -2h, 2h (ago), +15m                    an instant
//
// A local time that the clock skips means the instant at which it skips it; one that it shows twice means the first. Planned jobs keep
// the same rule (commands/facio/cron/server/schedule.hpp).
#pragma once

#include "cli/core/result.hpp"

namespace facio {

/// What times are counted from, and in which zone those without one are.
struct TimeRule {
  std::int64_t now_ms = 0;
  bool utc = false;  ///< UTC instead of the process's own zone
};

/// What was typed: an instant or a whole day.
struct TypedTime {
  std::int64_t first_ms = 0, last_ms = 0;  ///< since 1970; of a day its first and last millisecond, of an instant the same
  /// For what counts in days of UTC, in days since 1970: a day keeps its name in whatever zone, an instant is in the day that holds it.
  std::int64_t day = 0;
};

/// Code::usage with the accepted forms for anything else, and for times outside of the years 1 to 9999.
Result<TypedTime> parse_typed_time(std::string_view text, const TimeRule& rule);

/// The instant at which the process's own zone shows this date and time, given as if it were UTC, in milliseconds since 1970.
std::int64_t from_local(std::int64_t shown_ms);

}  // namespace facio
