#include "cli/core/time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/civil_time.hpp"
#include "cli/core/files.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

constexpr std::int64_t kWeek = 7 * kDayMs;

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
  const auto civil = parse_civil(text);
  if (!civil) return fail(Code::rejected, "\"" + std::string(text) + "\" is not a time; write it like 2026-11-20T07:00:00Z");
  return civil->utc_ms();
}

Result<std::int64_t> parse_date(std::string_view text) {
  const auto civil = parse_civil(text);
  if (!civil || text.size() != 10) return fail(Code::rejected, "\"" + std::string(text) + "\" is not a day; write it like 2026-11-20");
  return civil->utc_ms();
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
  return fail(Code::usage, "\"" + std::string(text) + "\" is not a duration; write it like 90s, 5m, 1h30m, 2d or 1w");
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
  std::string path(own_variable(Variable::tzdir));
  if (path.empty()) path = "/usr/share/zoneinfo";
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return true;
  path.append("/").append(name);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char magic[4] = {};
  return file && ::fstat(file.get(), &found) == 0 && S_ISREG(found.st_mode) && ::read(file.get(), magic, sizeof magic) == sizeof magic &&
         std::memcmp(magic, "TZif", sizeof magic) == 0;
}

}  // namespace facio
