// When a job runs next: calendar and time zones on top of the expression's syntax.
//
// Clocks that are put forward or back:
// - Jobs at fixed times (no * and no step in minute and hour): a time that is left out fires once, at the first instant after the
//   gap; a time that comes twice fires at its first occurrence only.
// - Jobs that go by elapsed time (a * or a step in minute or hour) fire whenever the clock on the wall shows an allowed time: not in
//   the hour that is left out, and in both of the hours that come twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cli/core/cron_expression.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/cron/shapes.hpp"

namespace facio::serve {

/// The first instant after `after_ms` at which the expression fires in the zone. Nothing when there is none within 60 years.
/// Code::rejected for a zone that is not known.
Result<std::optional<std::int64_t>> next_fire(const CronExpression& expression, std::string_view zone, std::int64_t after_ms);

/// The first run of a schedule that is created, changed or resumed now. `default_zone` stands in for an absent tz.
/// A time of kind `at` that has passed gives nothing.
Result<std::optional<std::int64_t>> first_run(const CronSchedule& schedule, std::string_view default_zone, std::int64_t now);

/// What follows a run that was planned for `planned_ms`, seen at `now`.
struct Following {
  std::optional<std::int64_t> next;  ///< the first planned time after `now`
  std::int64_t missed = 0;           ///< planned times from planned_ms to now, counted up to 10 000
};
Result<Following> following_run(const CronSchedule& schedule, std::string_view default_zone, std::int64_t planned_ms, std::int64_t now);

}  // namespace facio::serve
