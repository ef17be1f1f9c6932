// When a job runs next: cron expressions evaluated in a time zone.
//
// Daylight saving:
// - Jobs at fixed times (no * and no step in minute and hour): a skipped time fires once, at the first instant after the gap; a repeated
//   time fires at its first occurrence only.
// - Jobs by interval (a * or a step in minute or hour) fire whenever the wall clock shows an allowed time: not in a skipped hour, and in
//   both occurrences of a repeated one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cli/core/cron_expression.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/cron/shapes.hpp"

namespace facio::serve {

/// The first instant after `after_ms` at which the expression fires in the zone; nothing when there is none within 60 years.
/// Code::rejected for an unknown zone.
Result<std::optional<std::int64_t>> next_fire(const CronExpression& expression, std::string_view zone, std::int64_t after_ms);

/// The first run of a schedule that starts now; nothing for an `at` time that has passed. `default_zone` is used where tz is absent.
Result<std::optional<std::int64_t>> first_run(const CronSchedule& schedule, std::string_view default_zone, std::int64_t now);

/// As first_run() for a job that has had runs, the latest at `latest_run_ms`, which lies after `now` when the clock was set back since. A
/// time that has had its run does not get another: for fixed times, when the clock went back by up to a day, for intervals, by less than
/// one of them; beyond that the clock was wrong before, and what ran by it does not count.
Result<std::optional<std::int64_t>> next_after_runs(const CronSchedule& schedule, std::string_view default_zone, std::int64_t now,
                                                    std::int64_t latest_run_ms);

/// What comes after a run that was planned for `planned_ms`, as of `now`.
struct Following {
  std::optional<std::int64_t> next;  ///< the first planned time after `now`
  std::int64_t missed = 0;           ///< planned times from planned_ms to now, at most 10 000
};
Result<Following> following_run(const CronSchedule& schedule, std::string_view default_zone, std::int64_t planned_ms, std::int64_t now);

}  // namespace facio::serve
