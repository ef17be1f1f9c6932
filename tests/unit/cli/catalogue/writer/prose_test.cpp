// The prose of the text files comes into the records, once.
#include "cli/catalogue/writer/help_text.hpp"

#include <catch2/catch.hpp>

using namespace facio;

namespace {

constexpr Example kExamples[] = {{"a see", "look"}};

std::vector<Endpoint> declared() {
  return {{.id = "a.see", .summary = "See", .examples = kExamples}, {.id = "b", .summary = "B", .description = "Its own."}};
}

std::vector<std::string> faults(const std::vector<HelpText>& texts) {
  auto endpoints = declared();
  std::deque<std::vector<Example>> examples;
  return add_prose(endpoints, texts, examples);
}

}  // namespace

TEST_CASE("a description and examples come from different places, or from one") {
  auto endpoints = declared();
  const std::vector<HelpText> texts = {{"a.see", "About a.", "", {}, "x:1"},
                                       {"b", "", "", {{"b --now", "at once"}, {"b", "later"}}, "x:4"}};
  std::deque<std::vector<Example>> examples;
  CHECK(add_prose(endpoints, texts, examples).empty());
  CHECK(endpoints[0].description == "About a.");
  CHECK(endpoints[0].examples.size() == 1);
  CHECK(endpoints[1].description == "Its own.");
  REQUIRE(endpoints[1].examples.size() == 2);
  CHECK(endpoints[1].examples[0].command == "b --now");
  CHECK(endpoints[1].examples[1].says == "later");
}

TEST_CASE("a text of nothing that is declared, and one that is there already, are told with their place") {
  CHECK(faults({{"c", "C", "", {}, "x:1"}}).at(0).starts_with("x:1: there is no endpoint 'c'"));
  CHECK(faults({{"b", "Again.", "", {}, "x:2"}}).at(0).starts_with("x:2: 'b' has its text already"));
  CHECK(faults({{"a.see", "", "", {{"a see", "again"}}, "x:3"}}).at(0).starts_with("x:3: 'a.see' has its text already"));
  CHECK(
      faults({{"a.see", "One.", "", {}, "x:4"}, {"a.see", "Two.", "", {}, "y:5"}}).at(0).starts_with("y:5: 'a.see' has its text already"));
  CHECK(faults({{"c", "C", "", {}, "x:1"}, {"d", "D", "", {}, "x:2"}}).size() == 2);
}
