#include "cli/core/civil_time.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio {
namespace {

/// Reads exactly `digits` digits from the front.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), [](char c) { return is_digit(c); })) return false;
  read_number(text.substr(0, digits), value);
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, int& millisecond) {
  if (!take(text, '.') && !take(text, ',')) return true;
  std::size_t digits = 0;
  int scale = 100;
  while (!text.empty() && is_digit(text.front())) {
    millisecond += (text.front() - '0') * scale;
    scale /= 10;
    ++digits;
    text.remove_prefix(1);
  }
  return digits > 0 && digits <= 9;
}

bool take_zone(std::string_view& text, std::optional<std::int64_t>& zone_ms) {
  if (text.empty()) return true;
  zone_ms = 0;
  if (take(text, 'Z') || take(text, 'z')) return text.empty();
  const bool negative = text.front() == '-';
  if (!take(text, '-') && !take(text, '+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours)) return false;
  take(text, ':');
  if (!text.empty() && !take_number(text, 2, minutes)) return false;
  if (hours > 23 || minutes > 59 || !text.empty()) return false;
  zone_ms = (hours * kHourMs + minutes * kMinuteMs) * (negative ? -1 : 1);
  return true;
}

}  // namespace

std::int64_t CivilTime::utc_ms() const { return day * kDayMs + time.ms - time.zone_ms.value_or(0); }

std::optional<std::int64_t> take_date(std::string_view& text) {
  std::string_view rest = text;
  int year = 0, month = 0, day = 0;
  if (!take_number(rest, 4, year) || !take(rest, '-') || !take_number(rest, 2, month) || !take(rest, '-') || !take_number(rest, 2, day))
    return {};
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  text = rest;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

bool take_separator(std::string_view& text) { return take(text, 'T') || take(text, 't') || take(text, ' '); }

std::optional<TimeOfDay> parse_time_of_day(std::string_view text) {
  int hour = 0, minute = 0, second = 0, millisecond = 0;
  TimeOfDay read;
  if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute)) return {};
  if (take(text, ':') && (!take_number(text, 2, second) || !take_fraction(text, millisecond))) return {};
  if (!take_zone(text, read.zone_ms) || hour > 23 || minute > 59 || second > 60) return {};
  read.ms = hour * kHourMs + minute * kMinuteMs + second * kSecondMs + millisecond;
  return read;
}

std::optional<CivilTime> parse_civil(std::string_view text) {
  const auto day = take_date(text);
  if (!day) return {};
  if (text.empty()) return CivilTime{*day};
  if (!take_separator(text)) return {};
  const auto time = parse_time_of_day(text);
  return time ? std::optional(CivilTime{*day, *time}) : std::nullopt;
}

}  // namespace facio
