#include <catch2/catch.hpp>

#include "cli/core/time.hpp"

using facio::zone_exists;

TEST_CASE("zones: names of the database") {
  for (const char* name : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "America/Port-au-Prince"}) {
    INFO(name);
    CHECK(zone_exists(name));
  }
}

TEST_CASE("zones: what is no zone") {
  for (const char* name : {"", "Mars/Olympus", "Europe", "Europe/", "/etc/passwd", "../zoneinfo/UTC", "Europe/../UTC", "europe/berlin",
                           "posixrules", "right/UTC", "posix/UTC", "tzdata.zi", "Europe//Berlin", "UTC ", "localtime"}) {
    INFO(name);
    CHECK_FALSE(zone_exists(name));
  }
}
