#include "commands/facio/runtime/scheduler/scheduler.hpp"

#include <deque>

#include "commands/facio/runtime/turn.hpp"
#include "tests/unit/commands/facio/cron/server/fixture.hpp"

using namespace facio;
using namespace facio::test;
using serve::Scheduler;
using serve::TurnHooks;
using serve::TurnRequest;
using serve::TurnResult;

namespace {

/// Turns that end when the test says so.
class HeldTurns final : public serve::AgentTurn {
 public:
  explicit HeldTurns(store::Store& store) : store_(store) {}
  void run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) override {
    const std::lock_guard lock(mutex_);
    held_.push_back({std::move(request), std::move(hooks), std::move(done)});
  }
  bool cancel_run(std::string_view, std::string_view, std::string_view) override { return false; }
  bool wait_cancelled(std::string_view, std::string_view, std::chrono::milliseconds) override { return true; }
  void abort() override {}
  std::size_t cancel(std::string_view, std::string_view) override { return 0; }
  [[nodiscard]] bool busy(std::string_view, std::string_view) const override { return false; }
  [[nodiscard]] std::size_t waiting(std::string_view, std::string_view) const override { return 0; }
  void stop(std::chrono::milliseconds) override {
    TurnResult result;
    result.interrupted = true;
    result.error = "interrupted: the runtime was stopped";
    while (count() > 0) finish(result);
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  /// Messages of the turns that go on, in the order of their start.
  std::string going() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const Held& held : held_) all += (all.empty() ? "" : " ") + held.request.message;
    return all;
  }
  /// Ends the turn that was started first.
  TurnRequest finish(TurnResult result) {
    std::unique_lock lock(mutex_);
    REQUIRE_FALSE(held_.empty());
    Held held = std::move(held_.front());
    held_.pop_front();
    lock.unlock();
    result.recorded = store_.run([&](store::Transaction& tx) { return held.hooks.with_end(tx, result); }).has_value();
    held.done(std::move(result));
    return held.request;
  }
  TurnRequest succeed() {
    TurnResult result;
    result.ok = true;
    result.answer = "done";
    result.model = result.provider = "builtin";
    result.duration_ms = 7;
    return finish(std::move(result));
  }

 private:
  struct Held {
    TurnRequest request;
    TurnHooks hooks;
    UniqueFunction<void(TurnResult)> done;
  };
  store::Store& store_;
  std::mutex mutex_;
  std::deque<Held> held_;
};

struct Running : CronFixture {
  HeldTurns turns{*store};
  std::optional<Scheduler> scheduler;

  Running() { scheduler.emplace(*store, cron, settings, clock, turns); }
  void start() {
    REQUIRE(scheduler->start_without_clock());
    settle();
  }
  /// A due job passes through three units of work, each submitted when the one before is done.
  void settle() {
    for (int i = 0; i < 5; ++i) REQUIRE(store->drain());
  }
  void advance(std::int64_t by) {
    clock.advance(by);
    scheduler->tick();
    settle();
  }
  CronJob every(const std::string& message, std::int64_t ms) {
    return create(R"({"name":"n","schedule":{"kind":"every","every_ms":)" + std::to_string(ms) + R"(},"message":")" + message + "\"}")
        .value();
  }
  CronJob at(const std::string& message, std::int64_t in_ms) {
    return create(R"({"name":"n","schedule":{"kind":"at","at_ms":)" + std::to_string(clock.now_ms() + in_ms) + R"(},"message":")" +
                  message + "\"}")
        .value();
  }
  std::vector<AuditEvent> events(std::string_view kind) {
    std::vector<AuditEvent> found;
    store::AuditQuery query;
    query.event = {std::string(kind)};
    query.ascending = true;
    const auto slice = store->audit().list("main", query);
    REQUIRE(slice);
    std::vector<AuditEvent> all;
    const auto document = JsonDocument::parse(slice->items).value();
    REQUIRE(read_json(document.root(), all, "items"));
    return all;
  }
};

}  // namespace

TEST_CASE_METHOD(Running, "scheduler: a job fires at its time, not before, and its run is on record") {
  start();
  const CronJob job = every("a", 60000);
  advance(59999);
  CHECK(turns.count() == 0);
  advance(1);
  REQUIRE(turns.going() == "a");
  CHECK(this->job(job.id).state.running_since_ms == clock.now_ms());
  CHECK(this->job(job.id).state.next_run_at_ms == clock.now_ms() + 60000);
  const TurnRequest request = turns.succeed();
  settle();
  CHECK(request.session_key == "cron:" + job.id);
  CHECK(request.origin == "cron");
  const auto runs = history(job.id);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].status == "ok");
  CHECK(runs[0].duration_ms == 7);
  CHECK_FALSE(this->job(job.id).state.running_since_ms);

  const auto slice = store->audit().run("main", request.run_id).value();
  std::vector<AuditEvent> events;
  const auto document = JsonDocument::parse(slice.items).value();
  REQUIRE(read_json(document.root(), events, "items"));
  REQUIRE(events.size() == 1);  // what the turn itself leaves is the loop's
  CHECK(events[0].event == "cron_run");
  CHECK(events[0].status == "ok");
  CHECK(events[0].trace_id == request.trace_id);
  CHECK(events[0].session_key == "cron:" + job.id);
  CHECK(events[0].channel == "cron");
  const auto details = JsonDocument::parse(events[0].details->text).value();
  CHECK(details.root().get("trigger").string() == "schedule");
  CHECK(details.root().get("job").string() == job.id);
  CHECK(details.root().get("planned_ms").integer() == clock.now_ms());
  CHECK(events[0].duration_ms == 7);
}

TEST_CASE_METHOD(Running, "scheduler: at most max_concurrent_cron_jobs at once, the others in the order in which they were due") {
  set(R"({"max_concurrent_cron_jobs":2})");
  start();
  at("third", 3000);
  at("first", 1000);
  at("fourth", 4000);
  at("second", 2000);
  advance(5000);
  CHECK(turns.going() == "first second");
  turns.succeed();
  settle();
  CHECK(turns.going() == "second third");
  set(R"({"max_concurrent_cron_jobs":3})");
  settle();
  CHECK(turns.going() == "second third fourth");
}

TEST_CASE_METHOD(Running, "scheduler: a job that is due while it runs or waits is skipped") {
  set(R"({"max_concurrent_cron_jobs":1})");
  start();
  const CronJob running = every("a", 1000);
  const CronJob waiting = every("b", 1001);
  advance(1001);
  CHECK(turns.going() == "a");
  advance(1000);
  REQUIRE(history(running.id).size() == 1);
  CHECK(history(running.id)[0].status == "skipped");
  CHECK(history(running.id)[0].error == "still running");
  CHECK(job(running.id).state.last_status == "skipped");
  advance(1);
  REQUIRE(history(waiting.id).size() == 1);
  CHECK(history(waiting.id)[0].status == "skipped");
  // More of them are one entry, and one event once it is over.
  advance(1000);
  CHECK(events("cron_run").empty());
  REQUIRE(history(running.id).size() == 1);
  CHECK((history(running.id)[0].count == 2 && job(running.id).state.skips == 2));
  turns.succeed();
  settle();
  CHECK(turns.going() == "b");
  CHECK(job(running.id).state.last_status == "ok");
  CHECK((history(running.id).size() == 2 && !job(running.id).state.skips && !job(waiting.id).state.skips));
  const auto logged = events("cron_run");
  REQUIRE(logged.size() == 3);  // both jobs' skips, and the run
  CHECK(std::ranges::count_if(logged, [](const AuditEvent& event) { return event.status == "skipped"; }) == 2);
  CHECK(std::ranges::any_of(logged, [](const AuditEvent& event) {
    return event.message == "cron job \"n\": still running (2 runs)" && event.details->text.find("\"count\":2") != std::string::npos;
  }));
}

TEST_CASE_METHOD(Running, "scheduler: a run by hand, also of a paused job") {
  start();
  const CronJob job = every("a", 60000);
  REQUIRE(pause(job.id));
  REQUIRE(run_now(job.id));
  CHECK(run_now(job.id).error().code() == Code::conflict);
  settle();
  REQUIRE(turns.going() == "a");
  CHECK(run_now(job.id).error().code() == Code::conflict);
  turns.succeed();
  settle();
  const CronJob after = this->job(job.id);
  CHECK(after.state.last_status == "ok");
  CHECK_FALSE(after.enabled);
  CHECK_FALSE(after.state.next_run_at_ms);
  const auto run = events("cron_run");
  REQUIRE(run.size() == 1);
  CHECK_THAT(run[0].details->text, Catch::Contains("run-now"));
}

TEST_CASE_METHOD(Running, "scheduler: pausing or removing a job drops the run that waits, not the one that goes on") {
  set(R"({"max_concurrent_cron_jobs":1})");
  start();
  const CronJob going = at("a", 1000);
  const CronJob paused = at("b", 1001);
  const CronJob removed = at("c", 1002);
  advance(2000);
  REQUIRE(pause(paused.id));
  REQUIRE(work([&](store::Transaction& tx) { return cron.remove(tx, "main", removed.id); }));
  cron.announce_removed("main", removed.id);
  REQUIRE(work([&](store::Transaction& tx) { return cron.remove(tx, "main", going.id); }));
  cron.announce_removed("main", going.id);
  CHECK(turns.going() == "a");
  turns.succeed();
  settle();
  CHECK(turns.count() == 0);
  CHECK(events("cron_run").size() == 1);
}

TEST_CASE_METHOD(Running, "scheduler: a changed schedule moves the alarm") {
  start();
  const CronJob job = every("a", 60000);
  REQUIRE(update(job.id, R"({"schedule":{"every_ms":5000}})"));
  advance(5000);
  CHECK(turns.going() == "a");
}

TEST_CASE_METHOD(Running, "scheduler: a changed time zone of the agent plans anew") {
  start();
  create(R"({"name":"n","schedule":{"kind":"cron","expr":"0 13 * * *"},"message":"a"})").value();  // in one hour, UTC
  set(R"({"timezone":"Europe/Berlin"})");                                                          // now 13:00 there: tomorrow
  settle();
  advance(3600000);
  CHECK(turns.count() == 0);
  advance(23 * 3600000);
  CHECK(turns.going() == "a");
}

TEST_CASE_METHOD(Running, "scheduler: a failed turn is an error of the run") {
  start();
  const CronJob job = every("a", 1000);
  advance(1000);
  TurnResult result;
  result.error = "no such command";
  turns.finish(result);
  settle();
  CHECK(this->job(job.id).state.last_status == "error");
  CHECK(this->job(job.id).state.last_error == "no such command");
  CHECK(events("cron_run").at(0).status == "error");
  CHECK(events("message_out").empty());
}

TEST_CASE_METHOD(Running, "scheduler: what this runtime cannot do is an error, not silence") {
  start();
  const CronJob deliver =
      create(R"({"name":"n","schedule":{"kind":"every","every_ms":1000},"message":"a","deliver":true,"channel":"slack"})").value();
  const CronJob scripts = create(R"({"name":"n","schedule":{"kind":"every","every_ms":1000},"message":"b","scripts":["x.sh"]})").value();
  advance(1000);
  CHECK(turns.going() == "a");
  turns.succeed();
  settle();
  CHECK_THAT(job(deliver.id).state.last_error.value(), Catch::Contains("slack"));
  CHECK_THAT(job(scripts.id).state.last_error.value(), Catch::Contains("x.sh"));
}

TEST_CASE_METHOD(Running, "scheduler: start settles what was missed, cut off or left waiting") {
  const CronJob missed_every = every("every", 60000);
  const CronJob missed_cron = create(R"({"name":"n","schedule":{"kind":"cron","expr":"0 * * * *"},"message":"cron"})").value();
  const CronJob missed_once = at("once", 1000);
  const CronJob cut_off = every("cut", 3600000 * 24);
  const CronJob left_waiting = every("waiting", 3600000 * 24);
  REQUIRE(run_now(cut_off.id));
  REQUIRE(work([&](store::Transaction& tx) { return cron.begin(tx, "main", cut_off.id, clock.now_ms()); }));
  REQUIRE(run_now(left_waiting.id));
  const std::int64_t begun = clock.now_ms();
  clock.advance(std::int64_t{3} * 3600000 + 500);  // the process was down
  set(R"({"max_concurrent_cron_jobs":5})");
  start();

  CHECK(turns.going() == "waiting once");
  REQUIRE(history(missed_every.id).size() == 1);
  CHECK(history(missed_every.id)[0].status == "skipped");
  CHECK(history(missed_every.id)[0].error == "missed 180 runs while the runtime was down");
  CHECK(job(missed_every.id).state.next_run_at_ms == begun + 181 * 60000);
  REQUIRE(history(missed_cron.id).size() == 1);
  CHECK(history(missed_cron.id)[0].error == "missed 3 runs while the runtime was down");
  CHECK(job(missed_cron.id).state.next_run_at_ms == begun + 4 * 3600000);
  REQUIRE(history(cut_off.id).size() == 1);
  CHECK(history(cut_off.id)[0].status == "error");
  CHECK_THAT(history(cut_off.id)[0].error.value(), Catch::StartsWith("interrupted"));
  CHECK_FALSE(job(cut_off.id).state.running_since_ms);
  CHECK(events("cron_run").size() == 3);
  turns.succeed();
  turns.succeed();
  settle();
  CHECK(cron.get("main", missed_once.id).error().code() == Code::not_found);
  CHECK(job(left_waiting.id).state.last_status == "ok");
}

TEST_CASE_METHOD(Running, "scheduler: runs that were missed while the machine slept become one entry and one run") {
  start();
  const CronJob job = every("a", 1000);
  advance(10500);
  CHECK(turns.going() == "a");
  REQUIRE(history(job.id).size() == 1);
  CHECK_THAT(history(job.id)[0].error.value(), Catch::StartsWith("missed 9 runs"));
  CHECK(this->job(job.id).state.next_run_at_ms == clock.now_ms() + 500);
}

TEST_CASE_METHOD(Running, "scheduler: stop records what it cuts off, and leaves waiting runs for the next start") {
  set(R"({"max_concurrent_cron_jobs":1})");
  start();
  const CronJob first = every("a", 1000);
  const CronJob second = every("b", 1001);
  advance(1001);
  CHECK(turns.going() == "a");
  scheduler->stop(std::chrono::milliseconds(0));
  CHECK(turns.count() == 0);
  REQUIRE(history(first.id).size() == 1);
  CHECK_THAT(history(first.id)[0].error.value(), Catch::StartsWith("interrupted"));
  CHECK(job(second.id).state.queued_at_ms);
  advance(1);                  // who waits longer runs first
  REQUIRE(run_now(first.id));  // nobody listens any more
  scheduler.emplace(*store, cron, settings, clock, turns);
  start();
  CHECK(turns.going() == "b");
  turns.succeed();
  settle();
  CHECK(turns.going() == "a");
}
