#include <array>
#include <catch2/catch.hpp>

#include "cli/catalogue/words.hpp"

using namespace facio;

TEST_CASE("a misspelt verb suggests the verbs of its area") {
  const auto nearest_verbs = suggest_command("cron", "lsit");
  REQUIRE(!nearest_verbs.empty());
  CHECK(nearest_verbs.front() == "cron list");
  CHECK(suggest_command("cron", "resum").front() == "cron resume");
  CHECK(suggest_command("cron", "xyzzy").empty());
}

TEST_CASE("a misspelt area keeps the verb that was typed") {
  CHECK(suggest_command("crn", "list").front() == "cron list");
  CHECK(suggest_command("setings", "get").front() == "settings get");
  CHECK(suggest_command("verison", "").front().starts_with("version"));
  CHECK(suggest_command("qqqqqqqq", "list").empty());
}

TEST_CASE("a verb typed alone suggests commands that have it, at most three") {
  const auto commands = suggest_command("restart", "");
  CHECK(!commands.empty());
  CHECK(commands.size() <= 3);
  CHECK(suggest_command("list", "").size() == 3);
}

TEST_CASE("the nearest word is at most a third of its letters away") {
  constexpr std::array<std::string_view, 4> known = {"name", "message", "timeout", "tz"};
  CHECK(nearest("mesage", known) == "message");
  CHECK(nearest("nmae", known) == "name");
  CHECK(nearest("tmieuot", known) == "timeout");
  CHECK(nearest("completely", known).empty());
  CHECK(nearest(std::string(500, 'x'), known).empty());
}
