#include <catch2/catch.hpp>

#include "cli/core/time.hpp"
#include "commands/facio/cron/server/schedule.hpp"
#include "tests/unit/cli/core/oracle_table.hpp"

using namespace facio;
using namespace facio::serve;

namespace {

std::int64_t at(std::string_view text) {
  const auto instant = parse_rfc3339(text);
  REQUIRE(instant);
  return *instant;
}

/// The next `count` runs, as times of UTC without the fraction, separated by blanks.
std::string fires(std::string_view expression, std::string_view zone, std::string_view after, int count) {
  const auto parsed = parse_cron_expression(expression);
  REQUIRE(parsed);
  std::string all;
  std::int64_t time = at(after);
  for (int i = 0; i < count; ++i) {
    const auto next = next_fire(*parsed, zone, time);
    REQUIRE(next);
    if (!*next) return all + " none";
    REQUIRE(**next > time);
    time = **next;
    all += (i == 0 ? "" : " ") + format_rfc3339(time, false);
  }
  return all;
}

}  // namespace

TEST_CASE("schedule: the same instants as other cron implementations") {
  for (const OracleRow& row : kOracle) {
    const auto expression = parse_cron_expression(row.expression);
    REQUIRE(expression);
    std::int64_t time = row.after_ms;
    for (const std::int64_t expected : row.fires) {
      const auto next = next_fire(*expression, row.zone, time);
      INFO(row.expression << " in " << row.zone << " after " << format_rfc3339(time));
      REQUIRE(next);
      REQUIRE(*next);
      REQUIRE(format_rfc3339(**next) == format_rfc3339(expected));
      time = **next;
    }
  }
}

TEST_CASE("schedule: fixed times in a gap fire once at its end") {
  CHECK(fires("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 2) == "2027-03-28T01:00:00Z 2027-03-29T00:30:00Z");
  CHECK(fires("10,50 2 * * *", "America/New_York", "2027-03-14T00:00:00Z", 2) == "2027-03-14T07:00:00Z 2027-03-15T06:10:00Z");
  CHECK(fires("15 2 * * *", "Australia/Lord_Howe", "2027-10-02T12:00:00Z", 2) == "2027-10-02T15:30:00Z 2027-10-03T15:15:00Z");
  // A gap at midnight: the day begins at one.
  CHECK(fires("0 0 * * *", "Africa/Cairo", "2027-04-29T12:00:00Z", 2) == "2027-04-29T22:00:00Z 2027-04-30T21:00:00Z");
  CHECK(fires("30 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", 2) == "2018-11-04T03:00:00Z 2018-11-05T02:30:00Z");
  CHECK(fires("30 0 * * *", "America/Santiago", "2027-09-04T12:00:00Z", 2) == "2027-09-05T04:00:00Z 2027-09-06T03:30:00Z");
  // The end of the gap is a planned time too: one run, not two.
  CHECK(fires("30 2,3 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 3) ==
        "2027-03-28T01:00:00Z 2027-03-28T01:30:00Z 2027-03-29T00:30:00Z");
  CHECK(fires("0 2,3 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 2) == "2027-03-28T01:00:00Z 2027-03-29T00:00:00Z");
}

TEST_CASE("schedule: fixed times that come twice fire at the first occurrence") {
  CHECK(fires("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", 2) == "2027-10-31T00:30:00Z 2027-11-01T01:30:00Z");
  CHECK(fires("30 1 * * *", "America/New_York", "2027-11-06T12:00:00Z", 2) == "2027-11-07T05:30:00Z 2027-11-08T06:30:00Z");
  CHECK(fires("45 1 * * *", "Australia/Lord_Howe", "2027-04-03T12:00:00Z", 2) == "2027-04-03T14:45:00Z 2027-04-04T15:15:00Z");
  // Asked between the two occurrences.
  CHECK(fires("30 2 * * *", "Europe/Berlin", "2027-10-31T01:10:00Z", 1) == "2027-11-01T01:30:00Z");
  // The day that ends twice.
  CHECK(fires("30 23 * * *", "America/Santiago", "2027-04-03T12:00:00Z", 2) == "2027-04-04T02:30:00Z 2027-04-05T03:30:00Z");
}

TEST_CASE("schedule: jobs by elapsed time run through both hours and leave gaps out") {
  CHECK(fires("0 * * * *", "Europe/Berlin", "2027-10-30T23:30:00Z", 4) ==
        "2027-10-31T00:00:00Z 2027-10-31T01:00:00Z 2027-10-31T02:00:00Z 2027-10-31T03:00:00Z");
  CHECK(fires("*/30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", 5) ==
        "2027-10-31T00:00:00Z 2027-10-31T00:30:00Z 2027-10-31T01:00:00Z 2027-10-31T01:30:00Z 2027-11-01T01:00:00Z");
  CHECK(fires("30 * * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", 2) == "2027-03-28T00:30:00Z 2027-03-28T01:30:00Z");
  CHECK(fires("*/30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 1) == "2027-03-29T00:00:00Z");
  // Half an hour back: 01:30 to 02:00 comes twice.
  CHECK(fires("*/15 1 * * *", "Australia/Lord_Howe", "2027-04-03T14:20:00Z", 5) ==
        "2027-04-03T14:30:00Z 2027-04-03T14:45:00Z 2027-04-03T15:00:00Z 2027-04-03T15:15:00Z 2027-04-04T14:30:00Z");
}

TEST_CASE("schedule: zones with odd offsets, and no daylight saving") {
  CHECK(fires("0 9 * * *", "Asia/Kathmandu", "2027-01-01T00:00:00Z", 2) == "2027-01-01T03:15:00Z 2027-01-02T03:15:00Z");
  CHECK(fires("0 9 * * *", "Asia/Tehran", "2027-06-01T00:00:00Z", 1) == "2027-06-01T05:30:00Z");
  CHECK(fires("0 9 * * *", "America/Sao_Paulo", "2027-01-01T00:00:00Z", 1) == "2027-01-01T12:00:00Z");
}

TEST_CASE("schedule: the calendar") {
  CHECK(fires("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", 1) == "2104-02-29T00:00:00Z");
  CHECK(fires("0 0 29 2 */7", "UTC", "2027-01-01T00:00:00Z", 2) == "2032-02-29T00:00:00Z 2060-02-29T00:00:00Z");
  CHECK(fires("0 0 31 * *", "UTC", "2027-01-31T00:00:00Z", 2) == "2027-03-31T00:00:00Z 2027-05-31T00:00:00Z");
  CHECK(fires("59 23 31 12 *", "UTC", "2027-12-31T23:59:00Z", 1) == "2028-12-31T23:59:00Z");
  CHECK(fires("0 0 13 * 5", "UTC", "2027-08-07T00:00:00Z", 3) == "2027-08-13T00:00:00Z 2027-08-20T00:00:00Z 2027-08-27T00:00:00Z");
}

TEST_CASE("schedule: a run lies strictly after the instant asked for") {
  CHECK(fires("0 7 * * *", "UTC", "2027-01-01T06:59:59.999Z", 1) == "2027-01-01T07:00:00Z");
  CHECK(fires("0 7 * * *", "UTC", "2027-01-01T07:00:00Z", 1) == "2027-01-02T07:00:00Z");
  CHECK(fires("0 7 * * *", "UTC", "2027-01-01T07:00:00.001Z", 1) == "2027-01-02T07:00:00Z");
  CHECK(fires("* * * * *", "UTC", "2027-01-01T07:00:00.001Z", 1) == "2027-01-01T07:01:00Z");
  CHECK(fires("* * * * *", "UTC", "2027-01-01T06:59:59.999Z", 1) == "2027-01-01T07:00:00Z");
}

TEST_CASE("schedule: an unknown zone is refused") {
  const auto next = next_fire(*parse_cron_expression("@daily"), "Mars/Olympus", 0);
  REQUIRE_FALSE(next);
  CHECK_THAT(next.error().message(), Catch::Contains("Mars/Olympus") && Catch::Contains("IANA"));
}

TEST_CASE("schedule: every keeps its beat, whatever the delay") {
  CronSchedule schedule{.kind = "every", .every_ms = 1000};
  CHECK(first_run(schedule, "UTC", 500)->value() == 1500);
  const auto in_time = following_run(schedule, "UTC", 1500, 1500);
  CHECK(in_time->next == 2500);
  CHECK(in_time->missed == 1);
  const auto late = following_run(schedule, "UTC", 1500, 7700);
  CHECK(late->next == 8500);
  CHECK(late->missed == 7);
  const auto early = following_run(schedule, "UTC", 1500, 1400);
  CHECK(early->next == 1500);
  CHECK(early->missed == 0);
}

TEST_CASE("schedule: at runs once") {
  CronSchedule schedule{.kind = "at", .at_ms = 1000};
  CHECK(first_run(schedule, "UTC", 999)->value() == 1000);
  CHECK_FALSE(first_run(schedule, "UTC", 1000)->has_value());
  CHECK_FALSE(following_run(schedule, "UTC", 1000, 5000)->next);
  CHECK(following_run(schedule, "UTC", 1000, 5000)->missed == 1);
}

TEST_CASE("schedule: missed cron runs are counted") {
  CronSchedule schedule{.kind = "cron", .expr = "0 7 * * *"};
  const auto missed = following_run(schedule, "Europe/Berlin", at("2027-01-01T06:00:00Z"), at("2027-01-04T12:00:00Z"));
  CHECK(missed->missed == 4);
  CHECK(missed->next == at("2027-01-05T06:00:00Z"));
  schedule.tz = "UTC";
  CHECK(first_run(schedule, "Europe/Berlin", at("2027-01-01T06:30:00Z"))->value() == at("2027-01-01T07:00:00Z"));
}
