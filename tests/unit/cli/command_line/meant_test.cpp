#include "cli/command_line/meant.hpp"

#include <catch2/catch.hpp>

#include "cli/catalogue/system.hpp"

using namespace facio;
using Catch::Contains;

namespace {

const std::vector<NamedThing> kJobs = {{"5f0c11", "report"}, {"5f0c22", "nightly"}, {"8cdb33", "report-old"},
                                       {"nightly", ""},      {"aa", "twin"},        {"bb", "twin"}};

std::string id(std::string_view typed, std::size_t least = 1) {
  const auto found = meant(typed, kJobs, least);
  return found ? *found : "exit " + std::to_string(info(found.error().code()).exit) + ": " + found.error().message();
}

}  // namespace

TEST_CASE("a thing is meant by its id, else by its name, else by the beginning of one") {
  CHECK(id("5f0c11") == "5f0c11");
  CHECK(id("nightly") == "nightly");  // although another has this name
  CHECK(id("report") == "5f0c11");    // although another name begins so
  CHECK(id("report-") == "8cdb33");
  CHECK(id("8c") == "8cdb33");
  CHECK(id("8c", 4).empty());
  CHECK(id("8cdb", 4) == "8cdb33");
  CHECK(id("nothing").empty());
  CHECK(id("").empty());
}

TEST_CASE("what fits several things is refused, with all of them") {
  CHECK_THAT(id("5f0c"), Contains("exit 2: ") && Contains("5f0c11 (report)") && Contains("5f0c22 (nightly)"));
  CHECK_THAT(id("twin"), Contains("aa (twin)") && Contains("bb (twin)"));
}

TEST_CASE("the things of a list are found by their declaration") {
  const NameSource jobs{NameSource::Kind::list, find_endpoint("cron.list"), "id"};
  const auto things = named_things(jobs, R"({"items":[{"id":"a","name":"x"},{"id":"a","name":"x"},{"id":"b"},{"name":"no id"}]})");
  REQUIRE(things.size() == 2);
  CHECK((things[0].id == "a" && things[0].name == "x" && things[1].id == "b" && things[1].name.empty()));
  CHECK(named_things(jobs, "no JSON").empty());
}
