#include "cli/core/typed_time.hpp"

#include <algorithm>
#include <ctime>

#include "cli/core/civil_time.hpp"
#include "cli/core/time.hpp"

namespace facio {
namespace {

constexpr std::int64_t kFirstInstant = -62'135'596'800'000, kLastInstant = 253'402'300'799'999;  // of the years 1 and 9999

std::int64_t floor_div(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

/// How far the process's zone is ahead of UTC at an instant; seconds.
std::int64_t local_offset(std::int64_t seconds) {
  const auto when = static_cast<std::time_t>(seconds);
  std::tm parts{};
  return ::localtime_r(&when, &parts) == nullptr ? 0 : parts.tm_gmtoff;
}

/// The first second from `low` on at which the zone is no longer as far from UTC as at `low`; `high` is such a second.
std::int64_t change_between(std::int64_t low, std::int64_t high) {
  const std::int64_t before = local_offset(low);
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (local_offset(middle) == before ? low : high) = middle;
  }
  return high;
}

TypedTime instant(std::int64_t ms) { return {ms, ms, floor_div(ms, kDayMs)}; }

/// What a clock under the rule shows now, as if it were UTC.
std::int64_t shown_now(const TimeRule& rule) {
  return rule.utc ? rule.now_ms : rule.now_ms + local_offset(floor_div(rule.now_ms, kSecondMs)) * kSecondMs;
}

std::int64_t instant_of(std::int64_t shown_ms, const TimeRule& rule) { return rule.utc ? shown_ms : from_local(shown_ms); }

/// Takes a date or one of the words for a day from the front.
std::optional<std::int64_t> take_day(std::string_view& text, const TimeRule& rule) {
  constexpr std::pair<std::string_view, int> kWords[] = {{"today", 0}, {"yesterday", -1}, {"tomorrow", 1}};
  for (const auto& [word, distance] : kWords) {
    if (!text.starts_with(word)) continue;
    text.remove_prefix(word.size());
    return floor_div(shown_now(rule), kDayMs) + distance;
  }
  return take_date(text);
}

/// A day, a time of day, or both.
std::optional<TypedTime> calendar_time(std::string_view text, const TimeRule& rule) {
  const auto day = take_day(text, rule);
  if (day && text.empty()) {
    const std::int64_t first = instant_of(*day * kDayMs, rule), next = instant_of((*day + 1) * kDayMs, rule);
    return TypedTime{first, std::max(first, next - 1), *day};
  }
  if (day && !take_separator(text)) return {};
  const auto time = parse_time_of_day(text);
  if (!time) return {};
  const std::int64_t now = time->zone_ms ? rule.now_ms + *time->zone_ms : shown_now(rule);
  const std::int64_t shown = day.value_or(floor_div(now, kDayMs)) * kDayMs + time->ms;
  return instant(time->zone_ms ? shown - *time->zone_ms : instant_of(shown, rule));
}

/// "now", or a distance from it.
std::optional<TypedTime> relative_time(std::string_view text, std::int64_t now) {
  if (text == "now") return instant(now);
  const bool later = text.starts_with('+');
  if (later || text.starts_with('-')) text.remove_prefix(1);
  const auto distance = parse_duration(text);
  std::int64_t ms = 0;
  if (!distance || __builtin_add_overflow(now, later ? *distance : -*distance, &ms)) return {};
  return instant(ms);
}

}  // namespace

std::int64_t from_local(std::int64_t shown_ms) {
  constexpr std::int64_t kDay = kDayMs / kSecondMs;  // no zone is as far from UTC as this
  const std::int64_t shown = floor_div(shown_ms, kSecondMs), rest = shown_ms - shown * kSecondMs;
  // The zone is ahead of UTC by more before the clock is set back, so that the first of two instants comes first.
  for (const std::int64_t near : {shown - kDay, shown + kDay})
    if (const std::int64_t offset = local_offset(near); local_offset(shown - offset) == offset) return (shown - offset) * kSecondMs + rest;
  return change_between(shown - kDay, shown + kDay) * kSecondMs;
}

Result<TypedTime> parse_typed_time(std::string_view text, const TimeRule& rule) {
  auto read = calendar_time(text, rule);
  if (!read) read = relative_time(text, rule.now_ms);
  if (read && read->first_ms >= kFirstInstant && read->last_ms <= kLastInstant) return *read;
  return fail(Code::usage, "\"" + std::string(text) +
                               "\" is not a time; write 2026-11-20, today, 22:00, yesterday 22:00, 2026-11-20T07:00 (in your zone, "
                               "unless Z or +01:00 follows), -2h or +15m");
}

}  // namespace facio
