#include "commands/facio/cron/rules.hpp"
#include "tests/unit/commands/facio/cron/server/fixture.hpp"

using namespace facio;
using namespace facio::test;

namespace {

const std::string kDaily = R"({"name":"report","schedule":{"kind":"cron","expr":"0 7 * * *","tz":"Europe/Berlin"},"message":"write"})";
const std::string kEvery = R"({"name":"tidy","schedule":{"kind":"every","every_ms":60000},"message":"tidy"})";
const std::string kOnce = R"({"name":"once","schedule":{"kind":"at","at_ms":1799150400000},"message":"hello"})";

CronJob made(CronFixture& fixture, const std::string& body) {
  auto job = fixture.create(body);
  if (!job) FAIL(job.error().message());
  return *job;
}

void refused(CronFixture& fixture, const std::string& body, const std::string& field) {
  const auto job = fixture.create(body);
  INFO(body);
  REQUIRE_FALSE(job);
  CHECK(job.error().code() == Code::rejected);
  CHECK(job.error().field() == field);
  CHECK_THAT(job.error().message(), Catch::Contains(field));
}

std::string with_schedule(const std::string& schedule) { return R"({"name":"x","message":"","schedule":)" + schedule + "}"; }

}  // namespace

TEST_CASE_METHOD(CronFixture, "cron: create plans the first run and fills in the defaults") {
  const CronJob daily = made(*this, kDaily);
  CHECK(daily.id.size() == 8);
  CHECK(daily.enabled);
  CHECK_FALSE(daily.delete_after_run);
  CHECK(daily.payload.kind == "agent_turn");
  CHECK(daily.payload.message == "write");
  CHECK_FALSE(daily.payload.deliver);
  CHECK(daily.state.next_run_at_ms == instant("2027-01-05T06:00:00Z"));
  CHECK(made(*this, kEvery).state.next_run_at_ms == clock.now_ms() + 60000);
  const CronJob once = made(*this, kOnce);
  CHECK(once.state.next_run_at_ms == 1799150400000);
  CHECK(once.delete_after_run);
  CHECK(job(daily.id).name == "report");
  const auto listed = JsonDocument::parse(cron.list("main").value()).value();
  CHECK(listed.root().get("count").integer() == 3);
  CHECK(listed.root().find("items").at(0).get("name").string() == "once");
}

TEST_CASE_METHOD(CronFixture, "cron: a job made paused has no next run") {
  const CronJob job = made(*this, R"({"name":"p","schedule":{"kind":"every","every_ms":1000},"message":"","enabled":false})");
  CHECK_FALSE(job.enabled);
  CHECK_FALSE(job.state.next_run_at_ms);
}

TEST_CASE_METHOD(CronFixture, "cron: message and delivery may stand in a payload") {
  const CronJob job = made(*this, R"({"name":"p","schedule":{"kind":"every","every_ms":1000,"at_ms":null,"expr":null,"tz":null},
      "payload":{"kind":"agent_turn","message":"in","deliver":true,"channel":"slack","to":"C1","scripts":["a.sh"],"detail_prompt":"d"}})");
  CHECK(job.payload.message == "in");
  CHECK(job.payload.deliver);
  CHECK(job.payload.channel == "slack");
  CHECK(job.payload.to == "C1");
  CHECK(job.payload.scripts == std::vector<std::string>{"a.sh"});
  const CronJob both =
      made(*this, R"({"name":"p","schedule":{"kind":"every","every_ms":1000},"message":"flat","payload":{"message":"in"}})");
  CHECK(both.payload.message == "flat");
}

TEST_CASE_METHOD(CronFixture, "cron: create refuses what the contract refuses and names the field") {
  refused(*this, R"({"schedule":{"kind":"every","every_ms":1000}})", "name");
  refused(*this, R"({"name":" ","schedule":{"kind":"every","every_ms":1000}})", "name");
  refused(*this, R"({"name":"x"})", "schedule");
  refused(*this, with_schedule(R"({"every_ms":1000})"), "schedule.kind");
  refused(*this, with_schedule(R"({"kind":"often"})"), "schedule.kind");
  refused(*this, with_schedule(R"({"kind":"every"})"), "schedule.every_ms");
  refused(*this, with_schedule(R"({"kind":"every","every_ms":999})"), "schedule.every_ms");
  refused(*this, with_schedule(R"({"kind":"every","every_ms":9223372036854775807})"), "schedule.every_ms");
  refused(*this, with_schedule(R"({"kind":"every","everyMs":5000})"), "schedule.every_ms");
  refused(*this, with_schedule(R"({"kind":"every","every_ms":1000,"expr":"* * * * *"})"), "schedule.expr");
  refused(*this, with_schedule(R"({"kind":"every","every_ms":1000,"tz":"UTC"})"), "schedule.tz");
  refused(*this, with_schedule(R"({"kind":"at"})"), "schedule.at_ms");
  refused(*this, with_schedule(R"({"kind":"at","at_ms":1})"), "schedule.at_ms");
  refused(*this, with_schedule(R"({"kind":"at","at_ms":9223372036854775807})"), "schedule.at_ms");
  refused(*this, with_schedule(R"({"kind":"cron"})"), "schedule.expr");
  refused(*this, with_schedule(R"({"kind":"cron","expr":"0 7 * *"})"), "schedule.expr");
  refused(*this, with_schedule(R"({"kind":"cron","expr":"0 0 30 2 *"})"), "schedule.expr");
  refused(*this, with_schedule(R"({"kind":"cron","expr":"@daily","tz":"Mars/Olympus"})"), "schedule.tz");
  refused(*this, R"({"name":"x","schedule":{"kind":"every","every_ms":1000},"channel":"slack"})", "channel");
  refused(*this, R"({"name":"x","schedule":{"kind":"every","every_ms":1000},"deliver":true,"to":"C1"})", "channel");
  refused(*this, R"({"name":"x","schedule":{"kind":"every","every_ms":1000},"payload":{"kind":"shell"}})", "payload.kind");
  refused(*this, R"({"name":"x","schedule":{"kind":"every","every_ms":1000},"payload":{"message":5}})", "payload.message");
  refused(*this, R"({"name":"x","schedule":{"kind":"every","every_ms":1000},"deliver":"yes"})", "deliver");
  CHECK(JsonDocument::parse(cron.list("main").value())->root().get("count").integer() == 0);
}

TEST_CASE_METHOD(CronFixture, "cron: seconds given for milliseconds are told as such") {
  CHECK_THAT(create(with_schedule(R"({"kind":"at","at_ms":1899150400})")).error().message(),
             Catch::Contains("milliseconds since 1970, not seconds"));
}

TEST_CASE("cron: the client judges a create as the server does") {
  CronCreate body;
  body.name = "x";
  body.schedule = {.kind = "every", .every_ms = 1000};
  CHECK(cron::check_create(body, 0));
  body.channel = "slack";
  CHECK(cron::check_create(body, 0).error().field() == "channel");
  body.deliver = true;
  CHECK(cron::check_create(body, 0));
  body.schedule.tz = "UTC";
  CHECK(cron::check_create(body, 0).error().field() == "schedule.tz");
}

TEST_CASE_METHOD(CronFixture, "cron: update changes only what is named") {
  const CronJob before = made(*this, kDaily);
  clock.advance(1000);
  const CronJob renamed = update(before.id, R"({"name":"new"})").value();
  CHECK(renamed.name == "new");
  CHECK(renamed.schedule == before.schedule);
  CHECK(renamed.state.next_run_at_ms == before.state.next_run_at_ms);
  const CronJob moved = update(before.id, R"({"schedule":{"expr":"0 8 * * *"}})").value();
  CHECK(moved.schedule.tz == "Europe/Berlin");
  CHECK(moved.state.next_run_at_ms == instant("2027-01-05T07:00:00Z"));
  const CronJob zoneless = update(before.id, R"({"schedule":{"tz":null}})").value();
  CHECK(zoneless.state.next_run_at_ms == instant("2027-01-05T08:00:00Z"));
  const CronJob every = update(before.id, R"({"schedule":{"kind":"every","every_ms":5000}})").value();
  CHECK_FALSE(every.schedule.expr);
  CHECK(every.state.next_run_at_ms == clock.now_ms() + 5000);
  CHECK_FALSE(every.delete_after_run);
  const CronJob once = update(before.id, R"({"schedule":{"kind":"at","at_ms":1799150400000}})").value();
  CHECK(once.delete_after_run);
}

TEST_CASE_METHOD(CronFixture, "cron: a refused update changes nothing") {
  const CronJob before = made(*this, kDaily);
  CHECK_FALSE(update(before.id, R"({"name":"new","schedule":{"every_ms":5000}})"));
  CHECK_FALSE(update(before.id, R"({"name":""})"));
  CHECK(to_json(job(before.id)) == to_json(before));
  const auto unknown = update("nope", R"({"name":"new"})");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code() == Code::not_found);
}

TEST_CASE_METHOD(CronFixture, "cron: pause clears the next run, resume plans from then on") {
  const CronJob job = made(*this, kEvery);
  const CronJob paused = pause(job.id).value();
  CHECK_FALSE(paused.enabled);
  CHECK_FALSE(paused.state.next_run_at_ms);
  clock.advance(12345);
  CHECK(resume(job.id)->state.next_run_at_ms == clock.now_ms() + 60000);
  clock.advance(1000);
  CHECK(resume(job.id)->state.next_run_at_ms == clock.now_ms() + 59000);  // was not paused: keeps its beat
  CHECK_FALSE(update(job.id, R"({"enabled":false})")->state.next_run_at_ms);
  CHECK(update(job.id, R"({"enabled":true})")->state.next_run_at_ms == clock.now_ms() + 60000);
}

TEST_CASE_METHOD(CronFixture, "cron: removing, and asking for what is not there") {
  const CronJob job = made(*this, kEvery);
  CHECK(work([&](store::Transaction& tx) { return cron.remove(tx, "main", job.id); })->what == job.id);
  CHECK(work([&](store::Transaction& tx) { return cron.remove(tx, "main", job.id); }).error().code() == Code::not_found);
  CHECK(cron.get("main", job.id).error().code() == Code::not_found);
  CHECK(pause(job.id).error().code() == Code::not_found);
  CHECK(resume(job.id).error().code() == Code::not_found);
  CHECK(run_now(job.id).error().code() == Code::not_found);
}

TEST_CASE_METHOD(CronFixture, "cron: a job of another agent is not seen") {
  const CronJob job = made(*this, kEvery);
  CHECK(cron.get("other", job.id).error().code() == Code::not_found);
}

TEST_CASE_METHOD(CronFixture, "cron: run-now is refused while a run waits or goes on") {
  const CronJob job = made(*this, kEvery);
  CHECK(run_now(job.id)->state.queued_at_ms == clock.now_ms());
  CHECK(run_now(job.id).error().code() == Code::conflict);
  REQUIRE(work([&](store::Transaction& tx) { return cron.begin(tx, "main", job.id, clock.now_ms()); })->has_value());
  CHECK(run_now(job.id).error().code() == Code::conflict);
  REQUIRE(work([&](store::Transaction& tx) { return cron.end(tx, "main", job.id, {clock.now_ms(), 5, true, {}}); }));
  CHECK(run_now(job.id));
}

TEST_CASE_METHOD(CronFixture, "cron: the history keeps the last twenty runs, oldest first") {
  const CronJob job = made(*this, kEvery);
  for (int i = 0; i < 23; ++i) {
    clock.advance(10);
    REQUIRE(work([&](store::Transaction& tx) { return cron.end(tx, "main", job.id, {clock.now_ms(), i, i != 22, "broke"}); }));
  }
  const auto runs = history(job.id);
  REQUIRE(runs.size() == 20);
  CHECK(runs.front().duration_ms == 3);
  CHECK(runs.back().duration_ms == 22);
  CHECK(runs.back().error == "broke");
  CHECK(this->job(job.id).state.last_status == "error");
  CHECK(this->job(job.id).state.last_error == "broke");
  CHECK(this->job(job.id).state.last_run_at_ms == clock.now_ms());
}

TEST_CASE_METHOD(CronFixture, "cron: a change that comes during a run is not lost when the run ends") {
  const CronJob job = made(*this, kEvery);
  REQUIRE(run_now(job.id));
  REQUIRE(work([&](store::Transaction& tx) { return cron.begin(tx, "main", job.id, clock.now_ms()); }));
  REQUIRE(update(job.id, R"({"name":"other","schedule":{"every_ms":7000}})"));
  REQUIRE(work([&](store::Transaction& tx) { return cron.end(tx, "main", job.id, {clock.now_ms(), 5, true, {}}); }));
  const CronJob after = this->job(job.id);
  CHECK(after.name == "other");
  CHECK(after.schedule.every_ms == 7000);
  CHECK(after.state.last_status == "ok");
  CHECK_FALSE(after.state.running_since_ms);
}

TEST_CASE_METHOD(CronFixture, "cron: delete_after_run removes after success and keeps a failed job disabled") {
  const CronJob ok = made(*this, kOnce);
  const CronJob bad = made(*this, kOnce);
  const CronJob early = made(*this, kOnce);
  const auto end = [&](const std::string& id, bool good) {
    return work([&](store::Transaction& tx) { return cron.end(tx, "main", id, {clock.now_ms(), 1, good, "broke"}); }).value();
  };
  CHECK(end(early.id, true));  // by hand, before its time: the planned run is still to come
  CHECK(job(early.id).state.next_run_at_ms == 1799150400000);
  clock.set(1799150400000);
  for (const std::string& id : {ok.id, bad.id})
    REQUIRE(work([&](store::Transaction& tx) { return cron.due(tx, "main", id, clock.now_ms()); }));
  CHECK_FALSE(end(ok.id, true));
  CHECK(cron.get("main", ok.id).error().code() == Code::not_found);
  CHECK(end(bad.id, false));
  CHECK_FALSE(job(bad.id).enabled);
}

TEST_CASE_METHOD(CronFixture, "cron: the agent's time zone plans jobs without one, and changing it plans them anew") {
  set(R"({"timezone":"Asia/Kathmandu"})");
  const CronJob own = made(*this, R"({"name":"own","schedule":{"kind":"cron","expr":"0 9 * * *"},"message":""})");
  const CronJob fixed = made(*this, kDaily);
  CHECK(own.state.next_run_at_ms == instant("2027-01-05T03:15:00Z"));
  set(R"({"timezone":"America/New_York"})");
  cron.timezone_changed("main");
  REQUIRE(store->drain());
  CHECK(job(own.id).state.next_run_at_ms == instant("2027-01-04T14:00:00Z"));
  CHECK(job(fixed.id).state.next_run_at_ms == fixed.state.next_run_at_ms);
}

TEST_CASE_METHOD(CronFixture, "cron: after the clock was put back, no job waits for the time before") {
  const CronJob every = made(*this, kEvery);
  const CronJob daily = made(*this, kDaily);
  constexpr std::int64_t kYear = std::int64_t{365} * 24 * 3600 * 1000;
  clock.set(clock.now_ms() - kYear);
  cron.clock_was_set("main", -kYear);
  REQUIRE(store->drain());
  CHECK(job(every.id).state.next_run_at_ms == clock.now_ms() + 60000);
  CHECK(job(daily.id).state.next_run_at_ms == instant("2026-01-05T06:00:00Z"));
}

namespace {

/// Runs a job for its planned time, to the end.
void run_at(CronFixture& world, const std::string& id, std::string_view time) {
  world.clock.set(instant(time));
  const std::int64_t now = world.clock.now_ms();
  REQUIRE(world.work([&](store::Transaction& tx) { return world.cron.due(tx, "main", id, now); }));
  REQUIRE(world.work([&](store::Transaction& tx) { return world.cron.begin(tx, "main", id, now); }));
  REQUIRE(world.work([&](store::Transaction& tx) { return world.cron.end(tx, "main", id, {.started_ms = now, .ok = true}); }));
}

std::int64_t planned_after(CronFixture& world, const std::string& id, std::string_view time) {
  const std::int64_t now = instant(time), by = now - world.clock.now_ms();
  world.clock.set(now);
  world.cron.clock_was_set("main", by);
  REQUIRE(world.store->drain());
  return world.job(id).state.next_run_at_ms.value();
}

constexpr const char* kAtNine = R"({"name":"n","schedule":{"kind":"cron","expr":"0 9 * * *","tz":"UTC"},"message":""})";

}  // namespace

TEST_CASE_METHOD(CronFixture, "cron: a clock that is put back by up to a day makes no job run twice for one time") {
  const CronJob daily = made(*this, kAtNine);
  const CronJob minutely = made(*this, R"({"name":"n","schedule":{"kind":"cron","expr":"* * * * *"},"message":""})");
  run_at(*this, minutely.id, "2027-01-05T09:00:00.005Z");
  run_at(*this, daily.id, "2027-01-05T09:00:00.005Z");
  CHECK(planned_after(*this, daily.id, "2027-01-05T08:59:58Z") == instant("2027-01-06T09:00:00Z"));
  CHECK(job(minutely.id).state.next_run_at_ms == instant("2027-01-05T09:01:00Z"));
  // Set back by more than its interval, a job of every minute goes by the clock again.
  CHECK(planned_after(*this, daily.id, "2027-01-04T10:00:00Z") == instant("2027-01-06T09:00:00Z"));
  CHECK(job(minutely.id).state.next_run_at_ms == instant("2027-01-04T10:01:00Z"));
  // What ran by a clock that was further ahead does not count.
  CHECK(planned_after(*this, daily.id, "2027-01-03T10:00:00Z") == instant("2027-01-04T09:00:00Z"));
}

TEST_CASE_METHOD(CronFixture, "cron: what a clock put forward by up to a day has passed runs once; a larger jump only plans anew") {
  const CronJob daily = made(*this, kAtNine);
  CHECK(planned_after(*this, daily.id, "2027-01-05T11:00:00Z") == instant("2027-01-05T09:00:00Z"));
  auto due = work([&](store::Transaction& tx) { return cron.due(tx, "main", daily.id, clock.now_ms()); });
  REQUIRE(due);
  CHECK((*due)->state.queued_at_ms == clock.now_ms());
  CHECK((*due)->state.next_run_at_ms == instant("2027-01-06T09:00:00Z"));
  CHECK(planned_after(*this, daily.id, "2030-01-05T11:00:00Z") == instant("2030-01-06T09:00:00Z"));
  CHECK_THAT(history(daily.id).back().error.value(), Catch::StartsWith("missed: the clock moved forward by 1096d"));
}

TEST_CASE_METHOD(CronFixture, "cron: what a clock that was ahead has planned is planned anew at the start") {
  const CronJob every = made(*this, kEvery);
  const CronJob daily = made(*this, kAtNine);
  planned_after(*this, daily.id, "2030-01-05T08:59:00Z");
  run_at(*this, daily.id, "2030-01-05T09:00:00.005Z");
  run_at(*this, every.id, "2030-01-05T09:00:00.005Z");
  clock.set(instant("2027-01-04T12:00:00Z"));
  for (const std::string& id : {every.id, daily.id})
    REQUIRE(work([&](store::Transaction& tx) { return cron.recover(tx, "main", id, clock.now_ms()); }));
  CHECK(job(every.id).state.next_run_at_ms == clock.now_ms() + 60000);
  CHECK(job(daily.id).state.next_run_at_ms == instant("2027-01-05T09:00:00Z"));
}
