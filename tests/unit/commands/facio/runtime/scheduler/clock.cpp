#include "commands/serve/alarm_clock.hpp"
#include "commands/facio/runtime/scheduler/scheduler.hpp"
#include "tests/unit/commands/facio/cron/server/fixture.hpp"
#include "tests/unit/commands/facio/runtime/loop/loop_world.hpp"

using namespace facio;
using namespace facio::test;
using namespace facio::serve;

namespace {

/// The agent loop, and a count of turns begun and ended.
class Watched final : public AgentTurn {
 public:
  explicit Watched(AgentLoop& loop) : inner(loop) {}
  void run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) override {
    begun.add();
    inner.run(std::move(request), std::move(hooks), [this, done = std::move(done)](TurnResult result) mutable {
      done(std::move(result));
      ended.add();
    });
  }
  std::size_t cancel(std::string_view agent, std::string_view session) override { return inner.cancel(agent, session); }
  bool cancel_run(std::string_view agent, std::string_view run, std::string_view why) override { return inner.cancel_run(agent, run, why); }
  bool wait_cancelled(std::string_view agent, std::string_view session, std::chrono::milliseconds most) override {
    return inner.wait_cancelled(agent, session, most);
  }
  void abort() override { inner.abort(); }
  [[nodiscard]] bool busy(std::string_view agent, std::string_view session) const override { return inner.busy(agent, session); }
  [[nodiscard]] std::size_t waiting(std::string_view agent, std::string_view session) const override {
    return inner.waiting(agent, session);
  }
  void stop(std::chrono::milliseconds grace) override { inner.stop(grace); }

  Counter begun, ended;
  AgentLoop& inner;
};

}  // namespace

TEST_CASE("alarm clock: rings at the instant set, at once for one that has passed, and not after stop") {
  AlarmClock alarm;
  Counter rings;
  REQUIRE(alarm.start([&](AlarmClock::Jump) { rings.add(); }));
  alarm.set(1);
  REQUIRE(rings.reaches(1));
  alarm.set(now_ms() + 3600000);
  const std::int64_t when = now_ms() + 30;
  alarm.set(when);
  REQUIRE(rings.reaches(2));
  CHECK(now_ms() >= when);
  alarm.set(std::nullopt);
  alarm.stop();
  alarm.set(1);
}

TEST_CASE_METHOD(LoopWorld, "scheduler and agent loop: jobs fire by the real clock") {
  SystemClock wall;
  CronService cron(*store, settings, wall);
  Watched turns(loop);
  Scheduler scheduler(*store, cron, settings, wall, turns);
  REQUIRE(scheduler.start());
  const auto make = [&](const std::string& message, const std::string& more) {
    const auto body = JsonDocument::parse(R"({"name":"n","schedule":{"kind":"at","at_ms":)" + std::to_string(now_ms() + 100) +
                                          R"(},"message":")" + message + "\"" + more + "}")
                          .value();
    std::optional<CronJob> job;
    REQUIRE(store->run([&](store::Transaction& tx) -> Status {
      auto made = cron.create(tx, "main", body.root());
      if (!made) return fail(std::move(made.error()));
      job = std::move(*made);
      return {};
    }));
    cron.announce("main", *job);
    return *job;
  };
  const CronJob kept = make("/echo kept", R"(,"delete_after_run":false)");
  const CronJob gone = make("/echo x", "");
  REQUIRE(turns.ended.reaches(2));
  const CronJob endless = make("/sleep 1h", "");
  REQUIRE(turns.begun.reaches(3));
  scheduler.stop(std::chrono::milliseconds(0));
  const CronJob after = cron.get("main", kept.id).value();
  CHECK(after.state.last_status == "ok");
  CHECK(*after.state.last_run_at_ms >= *kept.state.next_run_at_ms);
  CHECK(cron.get("main", gone.id).error().code() == Code::not_found);
  CHECK_THAT(cron.get("main", endless.id)->state.last_error.value(), Catch::StartsWith("interrupted"));
}
