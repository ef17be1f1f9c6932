// Dates and times of day as they are written, before a zone makes instants of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace facio {

/// A time of day, and the zone that was written behind it.
struct TimeOfDay {
  std::int64_t ms = 0;                       ///< since midnight
  std::optional<std::int64_t> zone_ms = {};  ///< how far the zone is ahead of UTC
};

struct CivilTime {
  std::int64_t day = 0;  ///< since 1970
  TimeOfDay time = {};

  /// The instant; without a zone that of UTC.
  [[nodiscard]] std::int64_t utc_ms() const;
};

/// Takes YYYY-MM-DD, a day that exists, from the front: days since 1970. Nothing is taken where there is none.
std::optional<std::int64_t> take_date(std::string_view& text);
/// The whole text as HH:MM[:SS[.fraction]] with or without a zone: Z, +02:00, +0200 or +02.
std::optional<TimeOfDay> parse_time_of_day(std::string_view text);
/// Removes the T, t or blank between a date and a time of day; false when there is none.
bool take_separator(std::string_view& text);
/// A date, with or without a time of day.
std::optional<CivilTime> parse_civil(std::string_view text);

}  // namespace facio
