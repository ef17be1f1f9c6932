#include <catch2/catch.hpp>

#include "tests/unit/command_line/rig.hpp"

using namespace facio;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using facio::test::request_line;

TEST_CASE("path values are encoded as encodeURIComponent does") {
  CHECK(request_line({"sessions", "get", "telegram:123/4"}) == "GET /api/v1/sessions/telegram%3A123%2F4");
  CHECK(request_line({"cron", "get", "a b%c?d#e"}) == "GET /api/v1/cron/a%20b%25c%3Fd%23e");
  CHECK(request_line({"cron", "get", "ü-_.!~*'()"}) == "GET /api/v1/cron/%C3%BC-_.!~*'()");
}

TEST_CASE("names that URLs fold away are refused") {
  CHECK_THAT(request_line({"cron", "get", "."}), StartsWith("exit 2: ID"));
  CHECK_THAT(request_line({"cron", "get", ".."}), StartsWith("exit 2: ID"));
  CHECK_THAT(request_line({"cron", "get", ""}), StartsWith("exit 2: ID"));
  CHECK(request_line({"cron", "get", "..."}) == "GET /api/v1/cron/...");
}

TEST_CASE("what -o name prints is accepted back") { CHECK(request_line({"cron", "get", "cron/5f0c"}) == "GET /api/v1/cron/5f0c"); }

TEST_CASE("an action without a body is sent with an empty object") {
  CHECK(request_line({"cron", "pause", "a"}) == "POST /api/v1/cron/a/pause {}");
  CHECK(request_line({"cron", "delete", "a", "--yes"}) == "DELETE /api/v1/cron/a");
}

TEST_CASE("query values are encoded") {
  CHECK(request_line({"audit", "tail", "-n", "20"}) == "GET /api/v1/audit/tail?limit=20");
  CHECK_THAT(request_line({"audit", "list", "--event", "a&b"}), Contains("event=a%26b"));
}
