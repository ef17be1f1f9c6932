// Instants and durations as text. Instants are epoch milliseconds; durations are milliseconds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio {

inline constexpr std::int64_t kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kHourMs = 60 * kMinuteMs, kDayMs = 24 * kHourMs;

/// Wall clock now.
std::int64_t now_ms();

/// "2026-11-20T07:00:00.000Z"; without the fraction when `fraction` is false.
std::string format_rfc3339(std::int64_t epoch_ms, bool fraction = true);
/// "2026-11-20" (UTC).
std::string format_date(std::int64_t epoch_ms);

/// ISO 8601 / RFC 3339 with zone ("Z", "+02:00"); without a zone UTC is meant. A plain date is its first instant (UTC).
/// Seconds and fraction may be absent. Code::rejected otherwise.
Result<std::int64_t> parse_rfc3339(std::string_view text);
/// A calendar day "YYYY-MM-DD" that exists; its first instant in UTC.
Result<std::int64_t> parse_date(std::string_view text);

/// What a person types for an instant: RFC 3339; a local date and time without zone (the process's TZ); "now", "today", "yesterday",
/// "tomorrow"; "-2h" or "+15m" or "2h" (ago) relative to `now`. Code::usage otherwise, with the accepted forms.
Result<std::int64_t> parse_instant(std::string_view text, std::int64_t now);
/// "90s", "5m", "1h30m", "2d", "1w", "500ms"; a bare number is refused. Code::usage otherwise.
Result<std::int64_t> parse_duration(std::string_view text);

/// "1h30m", "45s", "250ms", "3d4h": at most two units, exact when that is possible in two.
std::string format_duration(std::int64_t milliseconds);
/// "3m ago", "in 2h", "just now".
std::string format_relative(std::int64_t epoch_ms, std::int64_t now);

}  // namespace facio
