#include "commands/facio/cron/server/schedule.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>
#include <bit>
#include <string>

#include "cli/core/time.hpp"

namespace facio::serve {
namespace {

constexpr int kHorizonYears = 60;
constexpr std::int64_t kMostCounted = 10'000;

/// The lowest element not below `from`; -1 when there is none.
int next_in(std::uint64_t set, int from) {
  const std::uint64_t rest = from > 63 ? 0 : set >> from << from;
  return rest == 0 ? -1 : std::countr_zero(rest);
}

int weekday_of(absl::CivilDay day) { return (static_cast<int>(absl::GetWeekday(day)) + 1) % 7; }  // Monday is 0 there, Sunday 0 here

/// The first allowed civil minute not before `from`. Steps by field, not minute by minute.
std::optional<absl::CivilMinute> next_civil(const CronExpression& expression, absl::CivilMinute from, absl::civil_year_t last_year) {
  absl::CivilDay day(from);
  while (day.year() <= last_year) {
    if (!expression.allows_month(day.month())) {
      const int month = next_in(expression.months, day.month());
      day = month < 0 ? absl::CivilDay(day.year() + 1, std::countr_zero(expression.months), 1) : absl::CivilDay(day.year(), month, 1);
      continue;
    }
    if (expression.allows_day(day.day(), weekday_of(day))) {
      const bool first = day == absl::CivilDay(from);
      int hour = next_in(expression.hours, first ? from.hour() : 0);
      int minute = next_in(expression.minutes, first && hour == from.hour() ? from.minute() : 0);
      if (hour >= 0 && minute < 0) {  // no minute left in this hour: take the next one
        hour = next_in(expression.hours, hour + 1);
        minute = next_in(expression.minutes, 0);
      }
      if (hour >= 0) return absl::CivilMinute(day.year(), day.month(), day.day(), hour, minute);
    }
    ++day;
  }
  return std::nullopt;
}

/// Fixed times: each civil time maps to one instant, in the same order.
std::optional<absl::Time> next_fixed(const CronExpression& expression, absl::TimeZone zone, absl::Time after) {
  absl::CivilMinute from(absl::ToCivilSecond(after, zone));
  const auto last_year = from.year() + kHorizonYears;
  while (const auto found = next_civil(expression, from, last_year)) {
    const auto info = zone.At(absl::CivilSecond(*found));
    const absl::Time instant = info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
    if (instant > after) return instant;
    from = *found + 1;
  }
  return std::nullopt;
}

/// When the zone's offset changes next after `after`.
absl::Time next_change(absl::TimeZone zone, absl::Time after) {
  absl::TimeZone::CivilTransition change;
  if (!zone.NextTransition(after, &change)) return absl::InfiniteFuture();
  const auto info = zone.At(change.to);
  return info.kind == absl::TimeZone::TimeInfo::UNIQUE ? info.pre : info.trans;
}

/// Intervals: between two changes of the offset civil time is linear, so each such stretch is searched separately.
std::optional<absl::Time> next_elapsed(const CronExpression& expression, absl::TimeZone zone, absl::Time after) {
  const auto last_year = absl::ToCivilYear(after, zone).year() + kHorizonYears;
  absl::Time start = after;
  bool inclusive = false;
  while (start != absl::InfiniteFuture()) {
    const absl::CivilSecond civil = absl::ToCivilSecond(start, zone);
    absl::CivilMinute from(civil);
    if (!inclusive || civil.second() != 0) ++from;
    const auto found = next_civil(expression, from, last_year);
    if (!found) return std::nullopt;
    // floor: `after` may hold a fraction of a second
    const absl::Time whole = absl::FromUnixSeconds(absl::ToUnixSeconds(start));
    const absl::Time instant = whole + absl::Seconds(absl::CivilSecond(*found) - civil);
    const absl::Time change = next_change(zone, start);
    if (instant < change) return instant;
    start = change;
    inclusive = true;
  }
  return std::nullopt;
}

/// Planned times of kind `every` lie on planned_ms + n * every_ms.
Following following_every(std::int64_t every, std::int64_t planned, std::int64_t now) {
  Following result;
  result.missed = now < planned ? 0 : (now - planned) / every + 1;
  result.next = planned + result.missed * every;
  result.missed = std::min(result.missed, kMostCounted);
  return result;
}

Result<absl::TimeZone> load_zone(std::string_view name) {
  absl::TimeZone zone;
  if (!zone_exists(name) || !absl::LoadTimeZone(absl::string_view(name.data(), name.size()), &zone))
    return fail(Code::rejected, "\"" + std::string(name) + "\" is not a known time zone; use an IANA name such as Europe/Berlin");
  return zone;
}

std::optional<std::int64_t> next_in_zone(const CronExpression& expression, absl::TimeZone zone, std::int64_t after_ms) {
  const absl::Time after = absl::FromUnixMillis(after_ms);
  const auto found = expression.interval ? next_elapsed(expression, zone, after) : next_fixed(expression, zone, after);
  if (!found) return std::nullopt;
  return absl::ToUnixMillis(*found);
}

}  // namespace

Result<std::optional<std::int64_t>> next_fire(const CronExpression& expression, std::string_view zone_name, std::int64_t after_ms) {
  const auto zone = load_zone(zone_name);
  if (!zone) return fail(zone.error());
  return next_in_zone(expression, *zone, after_ms);
}

Result<std::optional<std::int64_t>> first_run(const CronSchedule& schedule, std::string_view default_zone, std::int64_t now) {
  if (schedule.kind == "at") {
    if (schedule.at_ms.value_or(0) > now) return schedule.at_ms;
    return std::optional<std::int64_t>{};
  }
  if (schedule.kind == "every") return std::optional<std::int64_t>{now + schedule.every_ms.value_or(kMinuteMs)};
  const auto expression = parse_cron_expression(schedule.expr.value_or(""));
  if (!expression) return fail(expression.error());
  return next_fire(*expression, schedule.tz ? std::string_view(*schedule.tz) : default_zone, now);
}

Result<std::optional<std::int64_t>> next_after_runs(const CronSchedule& schedule, std::string_view default_zone, std::int64_t now,
                                                    std::int64_t latest_run_ms) {
  if (schedule.kind != "cron" || latest_run_ms <= now || latest_run_ms - now > kDayMs) return first_run(schedule, default_zone, now);
  auto next = first_run(schedule, default_zone, latest_run_ms);
  if (!next || !*next) return next;
  const auto expression = parse_cron_expression(schedule.expr.value_or(""));
  const bool covered = expression && (!expression->interval || latest_run_ms - now < **next - latest_run_ms);
  return covered ? next : first_run(schedule, default_zone, now);
}

Result<Following> following_run(const CronSchedule& schedule, std::string_view default_zone, std::int64_t planned_ms, std::int64_t now) {
  Following result;
  if (schedule.kind == "at") {
    result.missed = planned_ms <= now ? 1 : 0;
    return result;
  }
  if (schedule.kind == "every") return following_every(schedule.every_ms.value_or(kMinuteMs), planned_ms, now);
  const auto expression = parse_cron_expression(schedule.expr.value_or(""));
  if (!expression) return fail(expression.error());
  const auto zone = load_zone(schedule.tz ? std::string_view(*schedule.tz) : default_zone);
  if (!zone) return fail(zone.error());
  std::optional<std::int64_t> at = planned_ms;
  while (at && *at <= now) {
    at = next_in_zone(*expression, *zone, result.missed < kMostCounted ? *at : now);
    result.missed = std::min(result.missed + 1, kMostCounted);
  }
  result.next = at;
  return result;
}

}  // namespace facio::serve
