#include <catch2/catch.hpp>

#include "cli/core/truth.hpp"

using namespace facio;

namespace {

class Given final : public Environment {
 public:
  explicit Given(std::string value) : value_(std::move(value)) {}
 private:
  [[nodiscard]] std::optional<std::string_view> look_up(std::string_view name) const override {
    return name == "ACCESSIBLE" ? std::optional<std::string_view>(value_) : std::nullopt;
  }
  std::string value_;
};

}  // namespace

TEST_CASE("yes and no are read as people write them", "[truth]") {
  for (const char* word : {"true", "True", "TRUE", "yes", "YES", "Yes", "on", "ON", "On", "1", "y", "T", " true "}) {
    CAPTURE(word);
    CHECK(truth_of(word) == true);
    CHECK(truth_in(Given(word), Variable::accessible, false) == true);
  }
  for (const char* word : {"false", "False", "FALSE", "no", "NO", "off", "Off", "0", "N", "f"}) {
    CAPTURE(word);
    CHECK(truth_of(word) == false);
    CHECK(truth_in(Given(word), Variable::accessible, true) == false);
  }
}

TEST_CASE("other words are refused by the variable's name", "[truth]") {
  for (const char* word : {"2", "maybe", "tru", "ja", "yes please", "-1"}) {
    CAPTURE(word);
    const auto said = truth_in(Given(word), Variable::accessible, true);
    REQUIRE_FALSE(said);
    CHECK(said.error().code() == Code::usage);
    CHECK(said.error().field() == "ACCESSIBLE");
    CHECK(said.error().message().starts_with("ACCESSIBLE: "));
  }
}

TEST_CASE("an empty variable says nothing", "[truth]") {
  CHECK(truth_in(Given(""), Variable::accessible, true) == true);
  CHECK(truth_in(Given("0"), Variable::pager, true) == true);
}
