// The wall clock that is set, and what must not depend on it.
#include <catch2/catch.hpp>

#include "cli/core/json.hpp"
#include "commands/serve/clock_watch.hpp"

using namespace facio;
using namespace facio::serve;

namespace {

struct SetClock final : Clock {
  std::int64_t now = 1'800'000'000'000, elapsed = 1000;
  [[nodiscard]] std::int64_t now_ms() const override { return now; }
  [[nodiscard]] std::int64_t elapsed_ms() const override { return elapsed; }
};

}  // namespace

TEST_CASE("a deadline is over by the clock or by the time that passes, whichever is first", "[clock]") {
  SetClock clock;
  const Deadline end = Deadline::in(clock, 1000);
  CHECK(end.left_ms(clock) == 1000);
  clock.now += 5000;  // put forward
  CHECK(end.is_over(clock));
  clock.now -= 10'000;  // put back
  clock.elapsed += 400;
  CHECK(end.left_ms(clock) == 600);
  CHECK(end.ends_ms(clock) == clock.now + 600);
  clock.elapsed += 600;
  CHECK(end.is_over(clock));
}

TEST_CASE("the time since the machine's start passes", "[clock]") {
  const std::int64_t before = since_boot_ms();
  CHECK(before > 0);
  CHECK(since_boot_ms() >= before);
  CHECK(boot_id().size() == 36);
}

TEST_CASE("a clock that is behind the log at the start is told and noted", "[clock]") {
  auto opened = store::open_sqlite({});
  REQUIRE(opened);
  store::Store& store = **opened;
  AuditEvent future;
  future.event = "a";
  future.ts = format_rfc3339(now_ms() + 3'600'000);
  REQUIRE(store.run([&](store::Transaction& tx) { return tx.append_audit("main", future); }));
  SystemClock clock;
  {
    ClockWatch watch(store, clock, "main");
    REQUIRE(watch.start());
  }
  REQUIRE(clock.last_jump());
  CHECK(clock.last_jump()->by_ms <= -3'590'000);
  CHECK(clock.last_jump()->by_ms >= -3'600'000);
  REQUIRE(store.drain());
  const auto events = store.audit().list("main", {.event = {"clock_set"}});
  REQUIRE(events);
  REQUIRE(events->count == 1);
  CHECK(JsonDocument::parse(events->items)->root().at(0).get("details").get("by_ms").integer() == clock.last_jump()->by_ms);
}

TEST_CASE("a clock that goes on as it should is not told of", "[clock]") {
  auto opened = store::open_sqlite({});
  REQUIRE(opened);
  SystemClock clock;
  ClockWatch watch(**opened, clock, "main");
  REQUIRE(watch.start());
  CHECK_FALSE(clock.last_jump());
}
