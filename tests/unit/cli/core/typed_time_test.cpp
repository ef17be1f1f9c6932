#include "cli/core/typed_time.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "cli/core/time.hpp"

using namespace facio;

namespace {

/// Sets the process's zone for one test.
class Zone {
 public:
  explicit Zone(const char* name) { set(name); }
  ~Zone() { set("UTC"); }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  static void set(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
};

std::int64_t at(std::string_view instant) { return parse_rfc3339(instant).value(); }

/// First and last instant of what was typed, or the message.
std::string read(std::string_view text, std::string_view now, bool utc = false) {
  const auto typed = parse_typed_time(text, {.now_ms = at(now), .utc = utc});
  if (!typed) return typed.error().message();
  const std::string first = format_rfc3339(typed->first_ms);
  return typed->first_ms == typed->last_ms ? first : first + " " + format_rfc3339(typed->last_ms);
}

std::string day_of(std::string_view text, std::string_view now, bool utc = false) {
  return format_date(parse_typed_time(text, {.now_ms = at(now), .utc = utc}).value().day * kDayMs);
}

}  // namespace

TEST_CASE("what has no zone is local, in every form") {
  const Zone zone("America/New_York");
  const char* const now = "2026-11-30T03:00:00Z";  // 22:00 on the 29th
  const std::string today = "2026-11-29T05:00:00.000Z 2026-11-30T04:59:59.999Z";
  CHECK(read("today", now) == today);
  CHECK(read("2026-11-29", now) == today);
  CHECK(read("yesterday", now) == "2026-11-28T05:00:00.000Z 2026-11-29T04:59:59.999Z");
  CHECK(read("tomorrow", now) == "2026-11-30T05:00:00.000Z 2026-12-01T04:59:59.999Z");
  CHECK(read("21:30", now) == "2026-11-30T02:30:00.000Z");
  CHECK(read("today 21:30", now) == "2026-11-30T02:30:00.000Z");
  CHECK(read("2026-11-29 21:30", now) == "2026-11-30T02:30:00.000Z");
  CHECK(read("2026-11-29T21:30:15.5", now) == "2026-11-30T02:30:15.500Z");
  CHECK(read("yesterday 22:00", now) == "2026-11-29T03:00:00.000Z");
  CHECK(read("tomorrowT08:00", now) == "2026-11-30T13:00:00.000Z");
}

TEST_CASE("what has a zone, or is a distance, has no need of the local one") {
  const Zone zone("America/New_York");
  const char* const now = "2026-11-30T03:00:00Z";
  CHECK(read("2026-11-29T21:30Z", now) == "2026-11-29T21:30:00.000Z");
  CHECK(read("2026-11-29T21:30+01:00", now) == "2026-11-29T20:30:00.000Z");
  CHECK(read("01:00Z", now) == "2026-11-30T01:00:00.000Z");  // in UTC it is the 30th already
  CHECK(read("01:00+09:00", now) == "2026-11-29T16:00:00.000Z");
  CHECK(read("now", now) == "2026-11-30T03:00:00.000Z");
  CHECK(read("-2h", now) == "2026-11-30T01:00:00.000Z");
  CHECK(read("2h", now) == "2026-11-30T01:00:00.000Z");
  CHECK(read("+15m", now) == "2026-11-30T03:15:00.000Z");
}

TEST_CASE("the rule can be UTC") {
  const Zone zone("America/New_York");
  const char* const now = "2026-11-30T03:00:00Z";
  CHECK(read("today", now, true) == "2026-11-30T00:00:00.000Z 2026-11-30T23:59:59.999Z");
  CHECK(read("2026-11-29", now, true) == "2026-11-29T00:00:00.000Z 2026-11-29T23:59:59.999Z");
  CHECK(read("02:00", now, true) == "2026-11-30T02:00:00.000Z");
  CHECK(read("yesterday 22:00", now, true) == "2026-11-29T22:00:00.000Z");
}

TEST_CASE("a day is as long as the clock makes it") {
  const Zone zone("Europe/Berlin");
  const char* const now = "2026-06-01T12:00:00Z";
  CHECK(read("2026-03-29", now) == "2026-03-28T23:00:00.000Z 2026-03-29T21:59:59.999Z");  // 23 hours
  CHECK(read("2026-10-25", now) == "2026-10-24T22:00:00.000Z 2026-10-25T22:59:59.999Z");  // 25 hours
  CHECK(read("yesterday", "2026-03-30T10:00:00Z") == "2026-03-28T23:00:00.000Z 2026-03-29T21:59:59.999Z");
  CHECK(read("-1d", "2026-03-30T10:00:00Z") == "2026-03-29T10:00:00.000Z");  // a distance is of hours
}

TEST_CASE("a time that the clock skips is the instant at which it does, one that it shows twice the first") {
  const char* const now = "2026-06-01T12:00:00Z";
  {
    const Zone zone("Europe/Berlin");
    CHECK(read("2026-03-29T01:59:59", now) == "2026-03-29T00:59:59.000Z");
    CHECK(read("2026-03-29T02:00", now) == "2026-03-29T01:00:00.000Z");
    CHECK(read("2026-03-29T02:30", now) == "2026-03-29T01:00:00.000Z");
    CHECK(read("2026-03-29T03:00", now) == "2026-03-29T01:00:00.000Z");
    CHECK(read("2026-10-25T02:30", now) == "2026-10-25T00:30:00.000Z");
    CHECK(read("2026-10-25T02:30+01:00", now) == "2026-10-25T01:30:00.000Z");
    CHECK(read("2026-10-25T03:00", now) == "2026-10-25T02:00:00.000Z");
  }
  {
    const Zone zone("America/Sao_Paulo");  // summer time began at midnight: the day began at 01:00
    CHECK(read("2018-11-04", now) == "2018-11-04T03:00:00.000Z 2018-11-05T01:59:59.999Z");
    CHECK(read("2018-11-04T00:30", now) == "2018-11-04T03:00:00.000Z");
  }
  {
    const Zone zone("America/Havana");  // summer time ends at 01:00: midnight comes twice
    CHECK(read("2026-11-01", now) == "2026-11-01T04:00:00.000Z 2026-11-02T04:59:59.999Z");
  }
  {
    const Zone zone("Pacific/Apia");  // had no 30 December 2011
    CHECK(read("2011-12-29", now) == "2011-12-29T10:00:00.000Z 2011-12-30T09:59:59.999Z");
    CHECK(read("2011-12-30", now) == "2011-12-30T10:00:00.000Z");
    CHECK(read("2011-12-31", now) == "2011-12-30T10:00:00.000Z 2011-12-31T09:59:59.999Z");
  }
}

TEST_CASE("every local time is the instant at which a clock shows it") {
  for (const char* const name : {"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham"}) {
    const Zone zone(name);
    for (std::int64_t ms = at("2025-12-30T00:00:00Z"); ms < at("2027-01-03T00:00:00Z"); ms += 17 * kMinuteMs) {
      const auto seconds = static_cast<std::time_t>(ms / kSecondMs);
      std::tm parts{};
      localtime_r(&seconds, &parts);
      const std::int64_t found = from_local(ms + parts.tm_gmtoff * kSecondMs);
      INFO(name << " " << format_rfc3339(ms));
      const auto again = static_cast<std::time_t>(found / kSecondMs);
      std::tm shown{};
      localtime_r(&again, &shown);
      REQUIRE((found == ms || (found < ms && found + shown.tm_gmtoff * kSecondMs == ms + parts.tm_gmtoff * kSecondMs)));
    }
  }
}

TEST_CASE("what counts in days of UTC gets the day that was named, or the one that holds the instant") {
  const Zone zone("America/New_York");
  const char* const now = "2026-11-30T03:00:00Z";
  CHECK(day_of("today", now) == "2026-11-29");
  CHECK(day_of("today", now, true) == "2026-11-30");
  CHECK(day_of("2026-11-29", now) == "2026-11-29");
  CHECK(day_of("now", now) == "2026-11-30");
  CHECK(day_of("-4h", now) == "2026-11-29");
}

TEST_CASE("anything else is refused with the forms that are read") {
  for (const char* const wrong : {"", "soon", "yesterday-ish", "2026-13-01", "2026-02-30", "24:00", "9:00", "22", "25h:3", "today 9",
                                  "today ", "22:00 Berlin", "+", "-", "now 22:00", "2026-11-20T", "99999999999999w", "-900000w"}) {
    INFO(wrong);
    const auto typed = parse_typed_time(wrong, {.now_ms = at("2026-11-30T03:00:00Z")});
    REQUIRE_FALSE(typed);
    CHECK(typed.error().code() == Code::usage);
    CHECK_THAT(typed.error().message(), Catch::Contains("yesterday 22:00") && Catch::Contains("Z or +01:00"));
  }
}
