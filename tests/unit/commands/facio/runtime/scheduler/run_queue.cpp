#include <catch2/catch.hpp>

#include "commands/facio/runtime/scheduler/run_queue.hpp"

using namespace facio::serve;

namespace {
const JobKey kA{"main", "a"};
const JobKey kB{"main", "b"};
const JobKey kOther{"other", "a"};
std::int64_t one(const std::string&) { return 1; }
}  // namespace

TEST_CASE("run queue: due jobs come out in the order of their times") {
  RunQueue queue;
  CHECK_FALSE(queue.earliest());
  queue.plan(kA, 300);
  queue.plan(kB, 200);
  queue.plan(kA, 100);  // replaces
  CHECK(queue.earliest() == 100);
  CHECK(queue.take_due(99).empty());
  const auto due = queue.take_due(200);
  REQUIRE(due.size() == 2);
  CHECK(due[0].second == kA);
  CHECK(due[1].second == kB);
  CHECK_FALSE(queue.earliest());
  queue.plan(kA, 400);
  queue.plan(kA, std::nullopt);
  CHECK_FALSE(queue.earliest());
}

TEST_CASE("run queue: waiting runs start in order, as many as there are places for each agent") {
  RunQueue queue;
  queue.enqueue({kA, "schedule", 1});
  queue.enqueue({kA, "run-now", 2});  // waits already
  queue.enqueue({kB, "schedule", 3});
  queue.enqueue({kOther, "schedule", 4});
  const auto first = queue.take(one);
  REQUIRE(first);
  CHECK(first->job == kA);
  CHECK(first->trigger == "schedule");
  const auto second = queue.take(one);
  REQUIRE(second);
  CHECK(second->job == kOther);
  CHECK_FALSE(queue.take(one));
  CHECK(queue.places_taken() == 2);
  queue.release(kA);
  CHECK(queue.take(one)->job == kB);
}

TEST_CASE("run queue: a job that is being started is not queued again, a running one may be") {
  RunQueue queue;
  queue.enqueue({kA, "schedule", 1});
  REQUIRE(queue.take(one));
  queue.enqueue({kA, "schedule", 2});
  queue.release(kA);
  CHECK_FALSE(queue.take(one));
  queue.enqueue({kA, "schedule", 3});
  REQUIRE(queue.take(one));
  queue.started(kA);
  queue.enqueue({kA, "run-now", 4});
  queue.release(kA);
  CHECK(queue.take(one)->planned_ms == 4);
}

TEST_CASE("run queue: a raised limit frees places at once, a lowered one stops nothing") {
  RunQueue queue;
  queue.enqueue({kA, "schedule", 1});
  queue.enqueue({kB, "schedule", 1});
  REQUIRE(queue.take(one));
  CHECK_FALSE(queue.take(one));
  CHECK(queue.take([](const std::string&) { return std::int64_t{2}; }));
  queue.enqueue({{"main", "c"}, "schedule", 1});
  queue.release(kA);
  CHECK_FALSE(queue.take(one));
  queue.drop({"main", "c"});
  queue.release(kB);
  CHECK_FALSE(queue.take(one));
  CHECK(queue.places_taken() == 0);
}
