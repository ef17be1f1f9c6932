#include "cli/core/time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

constexpr std::int64_t kWeek = 7 * kDayMs;

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

/// A civil date and time, and the zone that was written with it.
struct Civil {
  std::tm fields{};
  int millisecond = 0;
  bool has_zone = false;
  std::int64_t offset_ms = 0;

  [[nodiscard]] bool exists() const {
    const std::chrono::year_month_day date{std::chrono::year(fields.tm_year + 1900),
                                           std::chrono::month(static_cast<unsigned>(fields.tm_mon + 1)),
                                           std::chrono::day(static_cast<unsigned>(fields.tm_mday))};
    return date.ok() && fields.tm_hour < 24 && fields.tm_min < 60 && fields.tm_sec < 61;
  }
  [[nodiscard]] std::int64_t as_utc() const {
    std::tm utc = fields;
    return std::int64_t{::timegm(&utc)} * kSecondMs + millisecond - offset_ms;
  }
  /// In the process's own zone. A time in a gap or a fold is resolved as mktime does.
  [[nodiscard]] std::int64_t as_local() const {
    std::tm local = fields;
    local.tm_isdst = -1;
    return std::int64_t{::mktime(&local)} * kSecondMs + millisecond;
  }
};

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
  std::tm& fields = civil.fields;
  if (!take_number(text, 4, fields.tm_year) || !take(text, '-') || !take_number(text, 2, fields.tm_mon) || !take(text, '-') ||
      !take_number(text, 2, fields.tm_mday))
    return false;
  fields.tm_year -= 1900;
  fields.tm_mon -= 1;
  if (text.empty()) return civil.exists();
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return false;
  if (!take_number(text, 2, fields.tm_hour) || !take(text, ':') || !take_number(text, 2, fields.tm_min)) return false;
  if (take(text, ':') && (!take_number(text, 2, fields.tm_sec) || !take_fraction(text, civil.millisecond))) return false;
  return take_zone(text, civil) && civil.exists();
}

/// Midnight, in the process's own zone, of the day that is `day_offset` after this instant's.
std::int64_t local_midnight(std::int64_t epoch_ms, int day_offset) {
  const std::time_t seconds = static_cast<std::time_t>(epoch_ms / kSecondMs);
  Civil civil;
  ::localtime_r(&seconds, &civil.fields);
  civil.fields.tm_mday += day_offset;
  civil.fields.tm_hour = civil.fields.tm_min = civil.fields.tm_sec = 0;
  return civil.as_local();
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array kUnits = {Unit{"w", kWeek},     Unit{"d", kDayMs},    Unit{"h", kHourMs},
                               Unit{"m", kMinuteMs}, Unit{"s", kSecondMs}, Unit{"ms", 1}};

/// Letters, digits, _ + - in segments that each begin with a letter, the first with a capital: that leaves out the other files in the
/// database (posixrules, localtime, right/…).
bool is_zone_name(std::string_view name) {
  if (name.size() > 100 || name.ends_with('/') || !is_upper(name.empty() ? ' ' : name.front())) return false;
  while (!name.empty()) {
    const std::string_view segment = split_off(name, '/');
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '+'; };
    if (segment.empty() || !is_letter(segment.front()) || !std::ranges::all_of(segment, allowed)) return false;
  }
  return true;
}

}  // namespace

std::int64_t now_ms() { return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string format_date(std::int64_t epoch_ms) {
  const std::chrono::year_month_day date(std::chrono::floor<days>(std::chrono::sys_time<milliseconds>(milliseconds(epoch_ms))));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string format_rfc3339(std::int64_t epoch_ms, bool fraction) {
  const auto of_day = static_cast<int>((epoch_ms % kDayMs + kDayMs) % kDayMs);
  const auto [hour, minute, second] = std::array{of_day / 3'600'000, of_day / 60'000 % 60, of_day / 1000 % 60};
  char text[32];
  if (fraction) std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%03dZ", hour, minute, second, of_day % 1000);
  else std::snprintf(text, sizeof text, "T%02d:%02d:%02dZ", hour, minute, second);
  return format_date(epoch_ms) + text;
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
    const std::string_view name = rest.substr(0, rest.find_first_not_of("dhmsw"));
    const auto* const unit = std::ranges::find(kUnits, name, &Unit::name);
    std::int64_t part = 0;
    if (unit == kUnits.end() || __builtin_mul_overflow(number, unit->ms, &part) || __builtin_add_overflow(total, part, &total)) break;
    rest.remove_prefix(name.size());
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
  if (parse_civil(text, civil)) return civil.has_zone ? civil.as_utc() : civil.as_local();
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
  const auto* const unit = std::ranges::find_if(kUnits, [&](const Unit& one) { return one.name != "w" && distance >= one.ms; });
  const std::string text = std::to_string(distance / unit->ms).append(unit->name);
  return epoch_ms > now ? "in " + text : text + " ago";
}

bool zone_exists(std::string_view name) {
  if (!is_zone_name(name)) return false;
  if (name == "UTC") return true;
  const char* given = std::getenv("TZDIR");  // NOLINT(concurrency-mt-unsafe): the environment is never changed
  std::string path = given != nullptr && *given != 0 ? given : "/usr/share/zoneinfo";
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return true;
  path.append("/").append(name);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char magic[4] = {};
  return file && ::fstat(file.get(), &found) == 0 && S_ISREG(found.st_mode) && ::read(file.get(), magic, sizeof magic) == sizeof magic &&
         std::memcmp(magic, "TZif", sizeof magic) == 0;
}

}  // namespace facio
