// Instants, durations and time zones as text. Instants are milliseconds since 1970, durations milliseconds.
#pragma once

#include "cli/core/result.hpp"

namespace facio {

inline constexpr std::int64_t kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kHourMs = 60 * kMinuteMs, kDayMs = 24 * kHourMs;

/// The wall clock.
std::int64_t now_ms();

/// "2026-11-20T07:00:00.000Z"; without the fraction when `fraction` is false.
std::string format_rfc3339(std::int64_t epoch_ms, bool fraction = true);
/// "2026-11-20" (UTC).
std::string format_date(std::int64_t epoch_ms);

/// An ISO 8601 date, with or without a time of day and a zone ("Z", "+02:00"): a date alone is its first instant, a time without a zone
/// is UTC: for what programs write; typed_time.hpp reads what people type. Code::rejected otherwise.
Result<std::int64_t> parse_rfc3339(std::string_view text);
/// A calendar day "YYYY-MM-DD" that exists; its first instant in UTC. Code::rejected otherwise.
Result<std::int64_t> parse_date(std::string_view text);

/// "90s", "5m", "1h30m", "2d", "1w", "500ms"; a bare number is refused. Code::usage otherwise.
Result<std::int64_t> parse_duration(std::string_view text);

/// "1h30m", "45s", "250ms", "3d4h": at most two units; what does not fit into them is dropped.
std::string format_duration(std::int64_t milliseconds);
/// "3m ago", "in 2h", "just now".
std::string format_relative(std::int64_t epoch_ms, std::int64_t now);

/// Whether the system's time zone database has this name ("Europe/Berlin"). Where there is no database, every well-formed name passes.
bool zone_exists(std::string_view name);

}  // namespace facio
