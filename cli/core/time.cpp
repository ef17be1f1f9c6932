#include "cli/core/time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

namespace facio {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_days;

constexpr std::int64_t kWeek = 7 * kDayMs;

/// Reads exactly `digits` digits from the front.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// A civil date and time, and the zone that was written with it.
struct Civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
  bool has_time = false;
  bool has_zone = false;
  std::int64_t offset_ms = 0;

  [[nodiscard]] bool exists() const {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    return date.ok() && hour < 24 && minute < 60 && second < 61;
  }
  [[nodiscard]] std::int64_t as_utc() const {
    const sys_days date = std::chrono::year(year) / month / day;
    return std::chrono::duration_cast<milliseconds>(date.time_since_epoch()).count() + hour * kHourMs + minute * kMinuteMs +
           second * kSecondMs + millisecond - offset_ms;
  }
};

bool take_fraction(std::string_view& text, int& millisecond) {
  if (!take(text, '.') && !take(text, ',')) return true;
  std::size_t digits = 0;
  int scale = 100;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    millisecond += (text.front() - '0') * scale;
    scale /= 10;
    ++digits;
    text.remove_prefix(1);
  }
  return digits > 0 && digits <= 9;
}

bool take_zone(std::string_view& text, Civil& civil) {
  if (text.empty()) return true;
  civil.has_zone = true;
  if (take(text, 'Z') || take(text, 'z')) return text.empty();
  const bool negative = text.front() == '-';
  if (!take(text, '-') && !take(text, '+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours)) return false;
  take(text, ':');
  if (!text.empty() && !take_number(text, 2, minutes)) return false;
  if (hours > 23 || minutes > 59 || !text.empty()) return false;
  civil.offset_ms = (hours * kHourMs + minutes * kMinuteMs) * (negative ? -1 : 1);
  return true;
}

bool parse_civil(std::string_view text, Civil& civil) {
  if (!take_number(text, 4, civil.year) || !take(text, '-') || !take_number(text, 2, civil.month) || !take(text, '-') ||
      !take_number(text, 2, civil.day))
    return false;
  if (text.empty()) return civil.exists();
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return false;
  civil.has_time = true;
  if (!take_number(text, 2, civil.hour) || !take(text, ':') || !take_number(text, 2, civil.minute)) return false;
  if (take(text, ':')) {
    if (!take_number(text, 2, civil.second) || !take_fraction(text, civil.millisecond)) return false;
  }
  return take_zone(text, civil) && civil.exists();
}

/// A civil time in the process's own zone. A time in a gap or a fold is resolved as mktime does.
std::int64_t local_to_epoch(const Civil& civil) {
  std::tm fields{};
  fields.tm_year = civil.year - 1900;
  fields.tm_mon = civil.month - 1;
  fields.tm_mday = civil.day;
  fields.tm_hour = civil.hour;
  fields.tm_min = civil.minute;
  fields.tm_sec = civil.second;
  fields.tm_isdst = -1;
  return static_cast<std::int64_t>(::mktime(&fields)) * kSecondMs + civil.millisecond;
}

std::int64_t local_midnight(std::int64_t epoch_ms, int day_offset) {
  const std::time_t seconds = static_cast<std::time_t>(epoch_ms / kSecondMs);
  std::tm fields{};
  ::localtime_r(&seconds, &fields);
  Civil civil;
  civil.year = fields.tm_year + 1900;
  civil.month = fields.tm_mon + 1;
  civil.day = fields.tm_mday + day_offset;
  return local_to_epoch(civil);
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array kUnits = {Unit{"w", kWeek},     Unit{"d", kDayMs},    Unit{"h", kHourMs},
                               Unit{"m", kMinuteMs}, Unit{"s", kSecondMs}, Unit{"ms", 1}};

void append_padded(std::string& out, long long value, int digits) {
  std::string number = std::to_string(value);
  while (static_cast<int>(number.size()) < digits) number.insert(number.begin(), '0');
  out += number;
}

}  // namespace

std::int64_t now_ms() { return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string format_date(std::int64_t epoch_ms) {
  const auto day = std::chrono::floor<days>(std::chrono::sys_time<milliseconds>(milliseconds(epoch_ms)));
  const std::chrono::year_month_day date(day);
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  return out;
}

std::string format_rfc3339(std::int64_t epoch_ms, bool fraction) {
  std::string out = format_date(epoch_ms);
  std::int64_t rest = epoch_ms % kDayMs;
  if (rest < 0) rest += kDayMs;
  out += 'T';
  append_padded(out, rest / kHourMs, 2);
  out += ':';
  append_padded(out, rest % kHourMs / kMinuteMs, 2);
  out += ':';
  append_padded(out, rest % kMinuteMs / kSecondMs, 2);
  if (fraction) {
    out += '.';
    append_padded(out, rest % kSecondMs, 3);
  }
  out += 'Z';
  return out;
}

Result<std::int64_t> parse_rfc3339(std::string_view text) {
  Civil civil;
  if (!parse_civil(text, civil))
    return fail(Code::rejected, "\"" + std::string(text) + "\" is not a time; write it as 2026-11-20T07:00:00Z");
  return civil.as_utc();
}

Result<std::int64_t> parse_date(std::string_view text) {
  Civil civil;
  if (text.size() != 10 || !parse_civil(text, civil))
    return fail(Code::rejected, "\"" + std::string(text) + "\" is not a day; write it as 2026-11-20");
  return civil.as_utc();
}

Result<std::int64_t> parse_duration(std::string_view text) {
  std::string_view rest = text;
  std::int64_t total = 0;
  while (!rest.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || number < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    std::size_t letters = 0;
    while (letters < rest.size() && rest[letters] >= 'a' && rest[letters] <= 'z') ++letters;
    const std::string_view name = rest.substr(0, letters);
    const Unit* unit = nullptr;
    for (const Unit& known : kUnits)
      if (known.name == name) unit = &known;
    std::int64_t part = 0;
    if (unit == nullptr || __builtin_mul_overflow(number, unit->ms, &part) || __builtin_add_overflow(total, part, &total)) break;
    rest.remove_prefix(letters);
    if (rest.empty()) return total;
  }
  return fail(Code::usage, "\"" + std::string(text) + "\" is not a duration; write it as 90s, 5m, 1h30m, 2d or 1w");
}

Result<std::int64_t> parse_instant(std::string_view text, std::int64_t now) {
  if (text == "now") return now;
  if (text == "today") return local_midnight(now, 0);
  if (text == "yesterday") return local_midnight(now, -1);
  if (text == "tomorrow") return local_midnight(now, 1);
  Civil civil;
  if (parse_civil(text, civil)) return civil.has_zone ? civil.as_utc() : local_to_epoch(civil);
  std::string_view rest = text;
  const bool later = take(rest, '+');
  if (!later) take(rest, '-');
  if (const auto duration = parse_duration(rest)) return later ? now + *duration : now - *duration;
  return fail(Code::usage,
              "\"" + std::string(text) +
                  "\" is not a time; write 2026-11-20T07:00:00Z, 2026-11-20T07:00 (local time), today, yesterday, -2h or +15m");
}

std::string format_duration(std::int64_t milliseconds) {
  if (milliseconds < 0) return "-" + format_duration(-milliseconds);
  if (milliseconds == 0) return "0s";
  std::string out;
  int parts = 0;
  for (const Unit& unit : kUnits) {
    if (unit.name == "w" && milliseconds % kWeek != 0) continue;  // weeks only when they say it all
    const std::int64_t count = milliseconds / unit.ms;
    if (count == 0) {
      if (parts > 0) break;
      continue;
    }
    out += std::to_string(count);
    out += unit.name;
    milliseconds %= unit.ms;
    if (++parts == 2 || milliseconds == 0) break;
  }
  return out;
}

std::string format_relative(std::int64_t epoch_ms, std::int64_t now) {
  const std::int64_t distance = epoch_ms > now ? epoch_ms - now : now - epoch_ms;
  if (distance < kSecondMs) return "just now";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (unit.name == "w" || distance < unit.ms) continue;
    text = std::to_string(distance / unit.ms) + std::string(unit.name);
    break;
  }
  return epoch_ms > now ? "in " + text : text + " ago";
}

}  // namespace facio
