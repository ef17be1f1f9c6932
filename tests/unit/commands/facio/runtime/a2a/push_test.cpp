// When the end of a task is told again, and when not any more.
#include <catch2/catch.hpp>

#include "commands/facio/runtime/a2a/push.hpp"

namespace facio::serve::a2a {
namespace {

using Kind = PushOutcome::Kind;
constexpr std::int64_t kHour = 3'600'000;

std::string after(const std::string& json, std::vector<PushOutcome> outcomes, std::int64_t now, std::vector<PushGivenUp>& given_up) {
  auto list = after_push(json, outcomes, now, given_up);
  if (!list) FAIL(list.error().message());
  return std::move(*list);
}

TEST_CASE("a receiver that is away is tried ever more rarely, for a day") {
  std::string json = R"([{"id":"a","url":"https://h.example","dialect":"v1","token":"sealed"}])";
  std::vector<PushGivenUp> given_up;
  std::vector<std::int64_t> pauses;
  std::int64_t now = 1'000'000;
  CHECK(next_push(json) == 0);
  while (next_push(json)) {
    REQUIRE(pauses.size() < 100);
    json = after(json, {{"a", Kind::failed, "it is away"}}, now, given_up);
    if (const auto next = next_push(json)) {
      pauses.push_back(*next - now);
      now = *next;
    }
  }
  CHECK(std::vector(pauses.begin(), pauses.begin() + 4) == std::vector<std::int64_t>{5'000, 10'000, 20'000, 40'000});
  CHECK(pauses.back() == kHour);
  CHECK(now - 1'000'000 >= 24 * kHour);
  CHECK(now - 1'000'000 < 26 * kHour);
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].why == "it is away");
  CHECK(given_up[0].tries == static_cast<std::int64_t>(pauses.size()) + 1);
  CHECK(stored_push(json)->at(0).token.reveal() == "sealed");
}

TEST_CASE("each receiver has a fate of its own") {
  const std::string json = R"([{"id":"a","url":"u"},{"id":"b","url":"v"},{"id":"c","url":"w"},{"id":"d","url":"x"}])";
  std::vector<PushGivenUp> given_up;
  const std::string list = after(json, {{"a"}, {"b", Kind::failed, "?"}, {"c", Kind::refused, "no"}, {"gone"}}, 100, given_up);
  const auto stored = stored_push(list);
  REQUIRE(stored->size() == 4);
  CHECK(stored->at(0).settled);
  CHECK(stored->at(1).next_ms == 5'100);
  CHECK(stored->at(2).settled);
  CHECK(stored->at(3).next_ms == 0);
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].id == "c");
  CHECK(next_push(list) == 0);
  CHECK(next_push(after(list, {{"d"}}, 200, given_up)) == 5'100);
  CHECK_FALSE(next_push(after(list, {{"d"}, {"b"}}, 200, given_up)));
  CHECK(after("", {}, 0, given_up).empty());
  CHECK_FALSE(next_push(""));
}

}  // namespace
}  // namespace facio::serve::a2a
