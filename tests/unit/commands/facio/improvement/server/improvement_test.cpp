// What starts self-improvement: the clock, and what users say.
#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/improvement/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/facio/improvement/server/model_proposal.hpp"
#include "commands/facio/improvement/server/triggers.hpp"
#include "commands/facio/versions/server/service.hpp"
#include "tests/unit/commands/facio/runtime/tools/workshop.hpp"

using namespace facio;
using namespace facio::test;

namespace {

constexpr std::int64_t kHour = 3'600'000;

struct Improving : World {
  CronService cron{*store, settings, clock};
  PolicyService policy{base};
  VersionsService versions{base, cron, policy};
  ImprovementService service{base, versions};

  Improving() {
    set(R"({"self_improvement":{"enabled":true,"auto_triggers":["scheduled"],"interval_h":48}})");
    REQUIRE(service.start({"main"}));
  }
  void set(const std::string& patch) {
    const auto document = good(JsonDocument::parse(patch));
    auto changed = change<SettingsChange>([&](auto& tx) { return settings.change(tx, "main", document.root()); });
    settings.publish("main", good(std::move(changed)));
  }
  void say(const std::string& text) {
    const auto status = store->run([&](store::Transaction& tx) {
      SessionMessage message{.role = "user", .content = {}, .timestamp = "2027-01-01T00:00:00Z"};
      message.content.text.clear();
      append_json_string(message.content.text, text);
      return tx.append_message("main", "cli:main", "cli", clock.now, message);
    });
    REQUIRE(status);
  }
  /// Lets time pass; the runs that are there then, newest first.
  std::vector<ImprovementRun> after(std::int64_t hours) {
    clock.now += hours * kHour;
    service.tick();
    pool.stop();  // what was started has ended; nothing more can be
    return good(service.list("main", 100, std::nullopt)).items;
  }
};

}  // namespace

TEST_CASE("a reflection comes by the clock, of the memory, and is applied at once", "[improvement]") {
  Improving world;
  world.say("remember: the tea is green");
  const auto runs = world.after(24);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].trigger == "scheduled");
  CHECK(runs[0].status == "applied");
  CHECK(runs[0].scopes == std::vector<std::string>{"memory"});
  CHECK(contains(runs[0].metadata->text, R"("kind":"reflection")"));
  CHECK(good(world.files.read("memory/MEMORY.md", 1000)) == "# Memory\n\n- the tea is green\n");
}

TEST_CASE("before its time nothing happens, and without anything new either", "[improvement]") {
  SECTION("too early") {
    Improving world;
    world.say("remember: the tea is green");
    CHECK(world.after(23).empty());
  }
  SECTION("nothing was said") {
    Improving world;
    CHECK(world.after(24).empty());
  }
  SECTION("nothing to remember was said") {
    Improving world;
    world.say("hello");
    CHECK(world.after(24).empty());
  }
}

TEST_CASE("a reflection that may not be applied waits for a person", "[improvement]") {
  Improving world;
  world.set(R"({"reflection_auto_apply":false})");
  world.say("remember: the tea is green");
  const auto runs = world.after(24);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].status == "approval_requested");
}

TEST_CASE("the clock's two kinds of runs have intervals of their own", "[improvement]") {
  Improving world;
  world.set(R"({"reflection_interval_h":0})");
  world.say("remember: the tea is green");
  SECTION("not yet") { CHECK(world.after(47).empty()); }
  SECTION("now") {
    const auto runs = world.after(48);
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].status == "approval_requested");  // by self_improvement.mode
    CHECK(contains(runs[0].metadata->text, R"("kind":"improvement")"));
  }
}

TEST_CASE("the clock does nothing where it is switched off", "[improvement]") {
  Improving world;
  world.say("remember: the tea is green");
  SECTION("all of it") { world.set(R"({"self_improvement":{"enabled":false}})"); }
  SECTION("its mode") { world.set(R"({"self_improvement":{"mode":"off"}})"); }
  SECTION("both intervals") { world.set(R"({"reflection_interval_h":0,"self_improvement":{"auto_triggers":["goal_done"]}})"); }
  CHECK(world.after(1000).empty());
}

TEST_CASE("the interval goes on over a restart", "[improvement]") {
  Improving world;
  world.say("remember: the tea is green");
  world.clock.now += 20 * kHour;
  {
    ImprovementService later{world.base, world.versions};
    REQUIRE(later.start({"main"}));
    world.clock.now += 4 * kHour;
    later.tick();
    later.stop();
  }
  const auto runs = good(world.service.list("main", 100, std::nullopt)).items;
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].trigger == "scheduled");
}

TEST_CASE("what pulls a trigger", "[improvement]") {
  using serve::trigger_of;
  const std::vector<std::string> all{"goal_done", "repeated_tool_error", "user_correction", "scheduled"};
  CHECK(trigger_of({.message = "hi", .ok = true}, all).empty());
  CHECK(trigger_of({.message = "hi", .ok = true, .tool_calls = 1}, all) == "goal_done");
  CHECK(trigger_of({.message = "hi", .ok = false, .tool_calls = 1}, all).empty());
  CHECK(trigger_of({.message = "hi", .ok = true, .tool_calls = 3, .failed_in_a_row = 3}, all) == "repeated_tool_error");
  CHECK(trigger_of({.message = "hi", .tool_calls = 2, .failed_in_a_row = 2}, all).empty());
  CHECK(trigger_of({.message = "No, the other one", .failed_in_a_row = 3, .messages_in_session = 4}, all) == "user_correction");
  CHECK(trigger_of({.message = "No, the other one", .messages_in_session = 2}, all).empty());
  CHECK(trigger_of({.message = "No, the other one", .ok = true, .tool_calls = 1, .messages_in_session = 4}, {"goal_done"}) == "goal_done");
  for (const char* yes :
       {"no, metres", "  That's wrong", "I meant Ada", "that’s not it", "Nein, anders", "Actually, use tea", "don't do that"})
    CHECK(serve::corrects(yes));
  for (const char* no : {"note this", "nobody knows", "what is actually wrong?", "yes", "", "stop", "notes"})
    CHECK_FALSE(serve::corrects(no));
}
