// Five-field cron expressions: their syntax and what each field allows. No calendar and no zones here.
#pragma once

#include "cli/core/result.hpp"

namespace facio {

/// What an expression allows. Bit n of a set means that the value n is allowed.
struct CronExpression {
  std::uint64_t minutes = 0;   ///< 0 to 59
  std::uint32_t hours = 0;     ///< 0 to 23
  std::uint32_t days = 0;      ///< 1 to 31
  std::uint32_t months = 0;    ///< 1 to 12
  std::uint32_t weekdays = 0;  ///< 0 (Sunday) to 6
  /// Neither day field begins with * or ?: a day matches when either of them allows it. Otherwise both must.
  bool either_day = false;
  /// The minute or hour field has a * or a step: the job runs by elapsed time, not at fixed times, which matters when clocks change.
  bool interval = false;

  [[nodiscard]] constexpr bool allows_month(int month) const { return (months >> month & 1U) != 0; }
  [[nodiscard]] constexpr bool allows_day(int day, int weekday) const {
    const bool by_day = (days >> day & 1U) != 0;
    const bool by_weekday = (weekdays >> weekday & 1U) != 0;
    return either_day ? by_day || by_weekday : by_day && by_weekday;
  }
};

/// Parses "minute hour day-of-month month day-of-week": numbers, lists (1,15), ranges (1-5), steps (*/10, 8-18/2, and 5/15 for every 15th
/// from 5 on), names (jan, mon), 7 for Sunday, * and ?; or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.
/// Code::rejected names the field that is wrong; an expression that can never fire (30 February) is refused, too.
Result<CronExpression> parse_cron_expression(std::string_view text);

}  // namespace facio
