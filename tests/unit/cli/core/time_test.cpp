#include "cli/core/time.hpp"

#include <catch2/catch.hpp>

using namespace facio;

TEST_CASE("instants are written as RFC 3339 in UTC") {
  CHECK(format_rfc3339(0) == "1970-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(1795157999123) == "2026-11-20T06:59:59.123Z");
  CHECK(format_rfc3339(1795157999123, false) == "2026-11-20T06:59:59Z");
  CHECK(format_rfc3339(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(format_date(951782400000) == "2000-02-29");
}

TEST_CASE("RFC 3339 is read with zones, fractions and without seconds") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z").value() == 0);
  CHECK(parse_rfc3339("1970-01-01").value() == 0);
  CHECK(parse_rfc3339("1970-01-01T02:00+02:00").value() == 0);
  CHECK(parse_rfc3339("1969-12-31T19:00:00-0500").value() == 0);
  CHECK(parse_rfc3339("1970-01-01 00:00:01.5").value() == 1500);
  CHECK(parse_rfc3339("2026-11-20T06:59:59.123456Z").value() == 1795157999123);
  for (const char* wrong : {"", "tomorrow", "2026-13-01", "2026-02-30", "2026-1-1", "2026-11-20T25:00Z", "2026-11-20T05:39:59.Z",
                            "2026-11-20T05:39+25:00", "2026-11-20T05:39Zx", "20261120"})
    CHECK_FALSE(parse_rfc3339(wrong));
}

TEST_CASE("what is written can be read again") {
  for (std::int64_t ms = -1; ms < 4102444800000; ms += 86399999777) CHECK(parse_rfc3339(format_rfc3339(ms)).value() == ms);
}

TEST_CASE("durations take units and refuse bare numbers") {
  CHECK(parse_duration("90s").value() == 90'000);
  CHECK(parse_duration("1h30m").value() == 5'400'000);
  CHECK(parse_duration("2d").value() == 172'800'000);
  CHECK(parse_duration("1w").value() == 604'800'000);
  CHECK(parse_duration("250ms").value() == 250);
  for (const char* wrong : {"", "5", "h", "-5m", "5 m", "1y", "99999999999999w", "1h30"}) CHECK_FALSE(parse_duration(wrong));
}

TEST_CASE("durations are shown in at most two units") {
  CHECK(format_duration(0) == "0s");
  CHECK(format_duration(250) == "250ms");
  CHECK(format_duration(90'000) == "1m30s");
  CHECK(format_duration(3'600'000) == "1h");
  CHECK(format_duration(604'800'000) == "1w");
  CHECK(format_duration(777'600'000) == "9d");
  CHECK(format_duration(273'600'000) == "3d4h");
}

TEST_CASE("distances are told in one unit") {
  CHECK(format_relative(1000, 1200) == "just now");
  CHECK(format_relative(0, 180'000) == "3m ago");
  CHECK(format_relative(7'200'000, 0) == "in 2h");
  CHECK(format_relative(0, 864'000'000) == "10d ago");
}
