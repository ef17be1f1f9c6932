#include <catch2/catch.hpp>

#include "commands/serve/http/rate_limit.hpp"

namespace facio::serve {

TEST_CASE("tokens come back evenly") {
  RateLimit limit(60);
  std::int64_t now = 1'000'000'000;
  for (int i = 0; i < 60; ++i) REQUIRE(limit.take("192.0.2.1", now) == 0);
  CHECK(limit.take("192.0.2.1", now) == 1);
  CHECK(limit.take("192.0.2.2", now) == 0);
  now += 1'000'000;
  CHECK(limit.take("192.0.2.1", now) == 0);
  CHECK(limit.take("192.0.2.1", now) == 1);
  now += 3'600'000'000;
  for (int i = 0; i < 60; ++i) REQUIRE(limit.take("192.0.2.1", now) == 0);
  CHECK(limit.take("192.0.2.1", now) == 1);
}

TEST_CASE("one a minute tells how long to wait") {
  RateLimit limit(1);
  CHECK(limit.take("x", 0) == 0);
  CHECK(limit.take("x", 0) == 60);
  CHECK(limit.take("x", 30'000'000) == 30);
}

TEST_CASE("0 is no limit") {
  RateLimit limit(0);
  for (int i = 0; i < 1000; ++i) REQUIRE(limit.take("x", 0) == 0);
}

TEST_CASE("an IPv6 client counts by its network") {
  CHECK(rate_limit_key("2001:db8:1:2::1") == rate_limit_key("2001:db8:1:2:ffff::9"));
  CHECK(rate_limit_key("2001:db8:1:2::1") != rate_limit_key("2001:db8:1:3::1"));
  CHECK(rate_limit_key("192.0.2.1") != rate_limit_key("192.0.2.2"));
}

}  // namespace facio::serve
