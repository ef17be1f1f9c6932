#include "cli/http/retry_after.hpp"

#include <algorithm>
#include <array>

#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::http {
namespace {

constexpr double kMostMs = 366.0 * static_cast<double>(kDayMs);

/// A number of at least 0, with or without a fraction, times `unit_ms`.
std::optional<std::int64_t> wait_in(std::string_view text, double unit_ms) {
  double number = 0;
  if (!read_number(text, number) || !(number >= 0)) return std::nullopt;
  return static_cast<std::int64_t>(std::min(number * unit_ms, kMostMs));
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
std::optional<std::int64_t> date_in(std::string_view text) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  std::array<std::string_view, 8> parts;
  std::size_t count = 0;
  for (std::size_t at = text.find_first_not_of(" ,-:"); at != std::string_view::npos; at = text.find_first_not_of(" ,-:", at)) {
    if (count == parts.size()) return std::nullopt;
    const std::size_t end = std::min(text.find_first_of(" ,-:", at), text.size());
    parts[count++] = text.substr(at, end - at);
    at = end;
  }
  if (count < 7) return std::nullopt;
  const bool month_first = !parts[1].empty() && is_letter(parts[1][0]);
  const std::string month = lower(parts[month_first ? 1 : 2]);
  const auto found = month.size() == 3 ? kMonths.find(month) : std::string_view::npos;
  int year = 0, day = 0, hour = 0, minute = 0, second = 0;
  const std::size_t clock = month_first ? 3 : 4;
  const bool numbers = read_number(parts[month_first ? 6 : 3], year) && read_number(parts[month_first ? 2 : 1], day) &&
                       read_number(parts[clock], hour) && read_number(parts[clock + 1], minute) && read_number(parts[clock + 2], second);
  if (found == std::string_view::npos || found % 3 != 0 || !numbers) return std::nullopt;
  if (year >= 0 && year < 100) year += year < 70 ? 2000 : 1900;
  const auto digits = [](int number, std::size_t width) {
    std::string out = std::to_string(number);
    return out.size() < width ? std::string(width - out.size(), '0') + out : out;
  };
  const auto instant = parse_rfc3339(digits(year, 4) + "-" + digits(static_cast<int>(found / 3) + 1, 2) + "-" + digits(day, 2) + "T" +
                                     digits(hour, 2) + ":" + digits(minute, 2) + ":" + digits(std::min(second, 59), 2) + "Z");
  return instant ? std::optional(*instant) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> retry_after_ms(const Headers& headers, std::int64_t now_ms) {
  if (const auto exact = wait_in(trimmed(find_header(headers, "retry-after-ms")), 1)) return exact;
  const std::string_view text = trimmed(find_header(headers, "retry-after"));
  if (text.empty()) return std::nullopt;
  if (const auto seconds = wait_in(text, 1000)) return seconds;
  const auto when = date_in(text);
  if (!when) return std::nullopt;
  const std::int64_t wait = *when - date_in(trimmed(find_header(headers, "date"))).value_or(now_ms);
  return std::clamp(wait, std::int64_t{0}, static_cast<std::int64_t>(kMostMs));
}

}  // namespace facio::http
