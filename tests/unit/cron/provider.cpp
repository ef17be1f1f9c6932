#include <condition_variable>
#include <mutex>

#include "commands/serve/runtime/alarm_clock.hpp"
#include "commands/serve/runtime/builtin_commands.hpp"
#include "commands/serve/runtime/builtin_provider.hpp"
#include "commands/serve/runtime/scheduler.hpp"
#include "tests/unit/cron/fixture.hpp"

using namespace facio;
using namespace facio::test;
using namespace facio::serve;

namespace {

const AgentFacts kFacts{.agent = "main", .version = "1.2.3", .model = "m-1", .timezone = "Europe/Berlin", .jobs = 3, .enabled_jobs = 2};

std::string reply(std::string_view message) {
  const auto answer = builtin_reply(message, "", kFacts);
  return answer ? answer->text : "error: " + answer.error().message();
}

/// Counts what happens on other threads.
class Counter {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  /// False when it did not come to that within 20 seconds.
  bool reaches(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

/// The builtin provider, and a count of turns begun and ended.
class Watched final : public AgentTurn {
 public:
  Watched(store::Store& store, SettingsService& settings) : inner(store, settings, "1.2.3") {}
  void run(TurnRequest request, UniqueFunction<void(TurnResult)> done) override {
    begun.add();
    inner.run(std::move(request), [this, done = std::move(done)](TurnResult result) mutable {
      done(std::move(result));
      ended.add();
    });
  }
  std::size_t cancel(std::string_view agent, std::string_view session) override { return inner.cancel(agent, session); }
  [[nodiscard]] bool busy(std::string_view agent, std::string_view session) const override { return inner.busy(agent, session); }
  void stop(std::chrono::milliseconds grace) override { inner.stop(grace); }

  Counter begun, ended;
  BuiltinProvider inner;
};

}  // namespace

TEST_CASE("builtin: commands") {
  CHECK(reply("/version") == "facioctl 1.2.3");
  CHECK(reply(" /echo  one  two ") == "one  two");
  CHECK(reply("/echo") == "");
  CHECK_THAT(reply("/help"), Catch::Contains("/echo TEXT") && Catch::Contains("/sleep DURATION"));
  CHECK_THAT(reply("/status"), Catch::Contains("model in the settings: m-1") && Catch::Contains("cron jobs: 3, 2 enabled"));
  CHECK(reply("/fail no luck") == "error: no luck");
  CHECK_THAT(reply("/dance"), Catch::StartsWith("error:") && Catch::Contains("/dance") && Catch::Contains("/help"));
  CHECK_THAT(reply("/sleep soon"), Catch::StartsWith("error: /sleep"));
  CHECK_THAT(reply("/sleep 2h"), Catch::StartsWith("error: /sleep"));
  CHECK(builtin_reply("/sleep 200ms", "", kFacts)->wait_ms == 200);
}

TEST_CASE("builtin: any other message is described, truly and always alike") {
  const std::string text = reply("write the report");
  CHECK_THAT(text, Catch::Contains("\"write the report\"") && Catch::Contains("m-1") && Catch::Contains("3 cron jobs (2 enabled)"));
  CHECK(text == reply("write the report"));
  CHECK_THAT(reply(""), Catch::Contains("empty"));
}

TEST_CASE_METHOD(CronFixture, "builtin: many turns at once, each answered once") {
  Watched turns(*store, settings);
  std::mutex mutex;
  std::vector<std::string> answers;
  for (int i = 0; i < 100; ++i)
    turns.run({.agent = "main", .message = "/echo " + std::to_string(i)}, [&](TurnResult result) {
      const std::lock_guard lock(mutex);
      answers.push_back(result.answer);
    });
  REQUIRE(turns.ended.reaches(100));
  turns.stop(std::chrono::seconds(20));
  std::sort(answers.begin(), answers.end());
  CHECK(std::unique(answers.begin(), answers.end()) - answers.begin() == 100);
}

TEST_CASE_METHOD(CronFixture, "builtin: stop cuts a waiting turn off, and later ones at once") {
  BuiltinProvider turns(*store, settings, "1.2.3");
  Counter ended;
  TurnResult first, second;
  turns.run({.agent = "main", .message = "/sleep 1h"}, [&](TurnResult result) {
    first = std::move(result);
    ended.add();
  });
  turns.stop(std::chrono::milliseconds(0));
  REQUIRE(ended.reaches(1));
  CHECK(first.interrupted);
  CHECK_FALSE(first.ok);
  turns.run({.agent = "main", .message = "/echo x"}, [&](TurnResult result) { second = std::move(result); });
  CHECK(second.interrupted);
}

TEST_CASE("alarm clock: rings at the instant set, at once for one that has passed, and not after stop") {
  AlarmClock alarm;
  Counter rings;
  REQUIRE(alarm.start([&](bool) { rings.add(); }));
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

TEST_CASE("scheduler and builtin provider: jobs fire by the real clock") {
  const auto store = memory_store();
  SystemClock clock;
  SettingsService settings(*store);
  CronService cron(*store, settings, clock);
  Watched turns(*store, settings);
  Scheduler scheduler(*store, cron, settings, clock, turns);
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
  const CronJob kept = make("/version", R"(,"delete_after_run":false)");
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
