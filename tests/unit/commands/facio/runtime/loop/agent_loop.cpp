#include <algorithm>
#include <set>

#include "commands/facio/runtime/loop/turn_journal.hpp"
#include "tests/unit/commands/facio/runtime/loop/loop_world.hpp"

using namespace facio;
using namespace facio::test;
using namespace facio::serve;
using Words = std::vector<std::string>;

TEST_CASE_METHOD(LoopWorld, "loop: a message and its answer are kept, with events and usage") {
  const TurnResult result = turn(request("/echo hello"));
  CHECK((result.ok && result.recorded && result.answer == "hello" && result.provider == "builtin"));
  const auto messages = said();
  REQUIRE(messages.size() == 2);
  CHECK((messages[0].role == "user" && messages[0].content.text == R"("/echo hello")"));
  CHECK((messages[1].role == "assistant" && messages[1].content.text == R"("hello")"));
  CHECK(events() == Words{"message_in", "llm_call", "message_out"});
  const auto used = good(store->usage().run("main", "r"));
  REQUIRE(used);
  CHECK((used->iterations == 1 && used->session_key == "api:a" && used->provider == "builtin"));
  CHECK(good(store->documents().list("main", "run")).empty());
}

TEST_CASE_METHOD(LoopWorld, "loop: what a hook writes is there with the message and with the end, or neither is") {
  TurnHooks hooks;
  std::vector<TurnProgress::Kind> seen;
  hooks.with_begin = [](store::Transaction& tx) { return tx.save_document("main", "test", "begin", "{}"); };
  hooks.with_end = [](store::Transaction& tx, const TurnResult& result) {
    return tx.save_document("main", "test", "end", to_json(result.answer));
  };
  hooks.progress = [&](const TurnProgress& progress) { seen.push_back(progress.kind); };
  REQUIRE(turn(request("/echo x"), std::move(hooks)).ok);
  CHECK(good(store->documents().get("main", "test", "end")) == R"("x")");
  CHECK(good(store->documents().get("main", "test", "begin")));
  CHECK(seen == std::vector{TurnProgress::Kind::started, TurnProgress::Kind::text});

  TurnHooks refusing;
  refusing.with_begin = [](store::Transaction&) { return Status(fail(Code::conflict, "no")); };
  const TurnResult refused = turn(request("/echo y", "api:b", "r2"), std::move(refusing));
  CHECK((!refused.ok && !refused.recorded));
  CHECK(said("api:b").empty());
}

TEST_CASE_METHOD(LoopWorld, "loop: many sessions at once, one turn at a time in each, in order") {
  constexpr int kSessions = 40, kTurns = 10;
  Counter ended;
  std::mutex mutex;
  std::map<std::string, Words> answers;
  for (int n = 0; n < kTurns; ++n)
    for (int s = 0; s < kSessions; ++s) {
      const std::string session = "api:" + std::to_string(s);
      loop.run(request("/echo " + std::to_string(n), session, session + "/" + std::to_string(n)), [&, session](TurnResult result) {
        {
          const std::lock_guard lock(mutex);
          answers[session].push_back(result.answer);
        }
        ended.add();
      });
    }
  REQUIRE(ended.reaches(kSessions * kTurns));
  REQUIRE(answers.size() == kSessions);
  const Words expected{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  for (auto& [session, told] : answers) {
    std::ranges::sort(told);  // the end of a turn may be told after that of the next one
    CHECK(told == expected);
    Words kept;
    for (const SessionMessage& message : said(session))
      if (message.role == "assistant") kept.push_back(message.content.text.substr(1, 1));
    CHECK(kept == expected);
  }
  CHECK_FALSE(loop.busy("main", ""));
}

TEST_CASE_METHOD(LoopWorld, "loop: a stop cuts off what goes on and what waits") {
  Counter begun, ended;
  std::vector<TurnResult> results(3);
  for (int i = 0; i < 3; ++i) {
    TurnHooks hooks;
    hooks.progress = [&](const TurnProgress&) { begun.add(); };
    loop.run(request("/sleep 1h", "api:a", "r" + std::to_string(i)), std::move(hooks), [&, i](TurnResult result) {
      results[static_cast<std::size_t>(i)] = std::move(result);
      ended.add();
    });
  }
  REQUIRE(begun.reaches(1));
  CHECK(loop.busy("main", "api:a"));
  CHECK_FALSE(loop.busy("main", "api:b"));
  SECTION("one turn that waits, by its run") {
    CHECK(loop.cancel_run("main", "r1"));
    REQUIRE(ended.reaches(1));
    CHECK(results[1].interrupted);
    CHECK_FALSE(loop.cancel_run("main", "r1"));
  }
  SECTION("all of a session") {
    CHECK(loop.cancel("main", "api:a") == 3);
    REQUIRE(ended.reaches(3));
    CHECK((results[0].interrupted && results[0].recorded && results[1].interrupted && !results[1].recorded));
    CHECK(said().size() == 1);  // the message of the turn that had begun
  }
  SECTION("the runtime") {
    loop.stop(std::chrono::milliseconds(0));
    REQUIRE(ended.reaches(3));
    CHECK_THAT(results[0].error, Catch::Contains("the runtime was stopped"));
    TurnResult late;
    loop.run(request("/echo late"), [&](TurnResult result) { late = std::move(result); });
    CHECK(late.interrupted);
  }
  SECTION("a session that is cleared keeps nothing of the turn") {
    CHECK(loop.cancel_and_drop("main", "api:a") == 3);
    REQUIRE(store->run([&](store::Transaction& tx) -> Status {
      auto cleared = tx.clear_session("main", "api:a", 1);
      return cleared ? Status{} : fail(std::move(cleared.error()));
    }));
    REQUIRE(ended.reaches(3));
    CHECK(said().empty());
  }
  loop.stop(std::chrono::milliseconds(0));
  CHECK(ended.reaches(3));
}

TEST_CASE_METHOD(LoopWorld, "loop: tools pass the gate") {
  SECTION("one that only reads runs") {
    const TurnResult result = turn(request(R"(/tool read_file {"path":"a.md"})"));
    CHECK((result.ok && result.answer == "content of a.md" && result.tool_calls_count == 1 && result.iterations == 2));
    CHECK(approver.asked.empty());
    const auto messages = said();
    REQUIRE(messages.size() == 4);
    CHECK((messages[1].role == "assistant" && messages[1].tool_calls->size() == 1));
    CHECK((messages[2].role == "tool" && messages[2].name == "read_file" && messages[2].tool_call_id));
    CHECK(events() == Words{"message_in", "llm_call", "policy_decision", "tool_call", "llm_call", "message_out"});
  }
  SECTION("one that writes asks") {
    CHECK(turn(request("/tool write_file {}")).answer == "written");
    REQUIRE(approver.asked.size() == 1);
    CHECK((approver.asked[0].tool == "write_file" && approver.asked[0].run_id == "r" && approver.asked[0].arguments == "{}"));
  }
  SECTION("and does not run when a person says no") {
    approver.answer = ApprovalOutcome::rejected;
    const TurnResult result = turn(request("/tool write_file {}"));
    CHECK((result.ok && result.answer == "denied: rejected by ann: because" && result.failing_tool == "write_file"));
    CHECK(source.calls.count() == 0);
  }
  SECTION("nor when a rule denies it, whatever its arguments are called") {
    good(change<PolicyAdded>([&](store::Transaction& tx) { return policy.add(tx, "main", {.action = "deny", .tool = "mcp:a:*"}); }));
    policy.changed("main");
    CHECK_THAT(turn(request("/tool mcp_a_block {}")).answer, Catch::StartsWith("denied: denied by the rule"));
    CHECK_THAT(turn(request("/tool mcp:a:block {}", "api:a", "r2")).answer, Catch::StartsWith("denied: denied by the rule"));
  }
  SECTION("a run that asks once asks although a rule allows") {
    good(change<PolicyAdded>([&](store::Transaction& tx) { return policy.add(tx, "main", {.action = "allow", .tool = "*"}); }));
    policy.changed("main");
    TurnRequest careful = request("/tool write_file {}");
    careful.require_approval = true;
    CHECK(turn(careful).answer == "written");
    CHECK(approver.asked.size() == 1);
    CHECK(turn(request("/tool write_file {}", "api:a", "r2")).answer == "written");
    CHECK(approver.asked.size() == 1);
  }
  SECTION("what cannot be called is told") {
    CHECK_THAT(turn(request("/tool nothing {}")).answer, Catch::Contains("there is no tool \"nothing\""));
    CHECK_THAT(turn(request("/tool read_file [1]", "api:a", "r2")).error, Catch::Contains("must be a JSON object"));
  }
}

TEST_CASE_METHOD(LoopWorld, "loop: a stop reaches a tool and a person who is asked") {
  Counter asked, ended;
  TurnResult result;
  const auto start = [&](const std::string& message) {
    TurnHooks hooks;
    hooks.progress = [&](const TurnProgress& progress) {
      if (progress.kind == TurnProgress::Kind::waiting || progress.kind == TurnProgress::Kind::tool_call) asked.add();
    };
    loop.run(request(message), std::move(hooks), [&](TurnResult given) {
      result = std::move(given);
      ended.add();
    });
  };
  SECTION("a person") {
    approver.silent = true;
    start("/tool write_file {}");
    REQUIRE(asked.reaches(1));
  }
  SECTION("a tool") {
    start("/tool mcp_a_block {}");
    REQUIRE(asked.reaches(2));
  }
  loop.cancel("main", "api:a");
  REQUIRE(ended.reaches(1));
  CHECK((result.interrupted && result.recorded));
  const auto messages = said();
  REQUIRE(messages.size() == 3);  // every call has an outcome
  CHECK(messages[2].role == "tool");
}

TEST_CASE_METHOD(LoopWorld, "loop: who waits for a person holds no thread") {
  constexpr int kWaiting = 40;
  AgentLoop single(1);
  single.start(parts(), nullptr);
  Counter asked, ended, answered;
  const auto start = [&](const std::string& session, Counter& counter) {
    TurnHooks hooks;
    hooks.progress = [&](const TurnProgress& progress) {
      if (progress.kind == TurnProgress::Kind::waiting) asked.add();
    };
    single.run(request("/tool write_file {}", session, "run-" + session), std::move(hooks), [&](TurnResult given) {
      if (given.ok && given.answer == "written") answered.add();
      counter.add();
    });
  };
  approver.silent = true;
  for (int i = 0; i < kWaiting; ++i) start("api:" + std::to_string(i), ended);
  REQUIRE(asked.reaches(kWaiting));  // one after the other on the only thread
  CHECK(ended.count() == 0);
  approver.silent = false;
  Counter other;
  start("api:other", other);  // answered at once, before its thread has heard that it waits
  REQUIRE(other.reaches(1));
  CHECK(ended.count() == 0);
  SECTION("and goes on when it is answered") {
    approver.answer_all();
    REQUIRE(ended.reaches(kWaiting));
    CHECK(answered.count() == kWaiting + 1);
    CHECK(source.calls.count() == kWaiting + 1);
    CHECK_FALSE(single.busy("main", ""));
  }
  SECTION("and ends when it is stopped, alone") {
    CHECK(single.cancel("main", "api:7") == 1);
    REQUIRE(ended.reaches(1));
    CHECK(single.wait_cancelled("main", "api:7", std::chrono::seconds(60)));
    CHECK(single.busy("main", "api:8"));
  }
  SECTION("and is not in the way of the end") {}
  single.stop(std::chrono::milliseconds(0));
  CHECK(ended.count() == kWaiting);
}

TEST_CASE_METHOD(LoopWorld, "loop: the next start settles what was cut off, and calls nothing again") {
  const TurnRequest asked = request("do it");
  const std::atomic<bool> kept = false;
  TurnJournal journal(*store, clock, asked, kept);
  TurnHooks none;
  TurnResult so_far;
  so_far.provider = "openai";
  so_far.model = "m";
  so_far.prompt_tokens = 12;
  so_far.iterations = 1;
  REQUIRE(journal.begin(none));
  REQUIRE(journal.calls("I will.", {{"c1", "write_file", "{}"}, {"c2", "read_file", "{}"}}, {}, so_far));
  REQUIRE(journal.outcome({"c2", "read_file", "{}"}, "text", {}, so_far));
  REQUIRE(recover_turns(*store, clock, "main"));
  const auto messages = said();
  REQUIRE(messages.size() == 4);
  CHECK((messages[3].role == "tool" && messages[3].tool_call_id == "c1"));
  CHECK_THAT(messages[3].content.text, Catch::Contains("interrupted"));
  CHECK(good(store->usage().run("main", "r"))->prompt_tokens == 12);
  CHECK(events().back() == "error");
  CHECK(good(store->documents().list("main", "run")).empty());
  REQUIRE(recover_turns(*store, clock, "main"));
  CHECK(said().size() == 4);
}

TEST_CASE_METHOD(LoopWorld, "loop: one session for all when the settings say so; a result is cut to its limit") {
  change_settings(R"({"unified_session": true, "max_tool_result_chars": 100})");
  REQUIRE(turn(request("/echo a", "api:a")).ok);
  REQUIRE(turn(request("/echo b", "api:b", "r2")).ok);
  CHECK(said("unified:default").size() == 4);
  const TurnResult result = turn(request(R"(/tool read_file {"path":")" + std::string(300, 'x') + "\"}", "api:a", "r3"));
  CHECK_THAT(result.answer, Catch::EndsWith("[cut off: 311 bytes in all]"));
}

TEST_CASE_METHOD(LoopWorld, "loop: messages without a token have a share of the threads") {
  AgentLoop small(16);
  small.start(parts(), nullptr);
  Counter begun, ended;
  std::vector<TurnResult> refused;
  const auto send = [&](const std::string& source, const std::string& session) {
    TurnHooks hooks;
    hooks.progress = [&](const TurnProgress&) { begun.add(); };
    TurnRequest asked = request("/sleep 1h", session, session);
    asked.source = source;
    small.run(std::move(asked), std::move(hooks), [&](TurnResult result) {
      if (result.wait_s != 0) refused.push_back(std::move(result));  // before run() returns
      else ended.add();
    });
  };
  for (int i = 0; i < 5; ++i) send("10.0.0.1", "api:a" + std::to_string(i));
  REQUIRE(refused.size() == 1);
  CHECK((refused[0].code == Code::throttled && !refused[0].interrupted && !refused[0].recorded));
  CHECK_THAT(refused[0].error, Catch::Contains("of this address"));
  for (int i = 0; i < 5; ++i) send("10.0.0.2", "api:b" + std::to_string(i));
  for (int i = 0; i < 2; ++i) send("10.0.0.3", "api:c" + std::to_string(i));
  REQUIRE(refused.size() == 4);
  CHECK_THAT(refused[3].error, Catch::Contains("without a token"));
  for (int i = 0; i < 8; ++i) send("", "api:d" + std::to_string(i));
  REQUIRE(begun.reaches(16));
  CHECK(refused.size() == 4);
  CHECK(small.cancel_run("main", "api:a0", "its client has disconnected"));
  REQUIRE(ended.reaches(1));
  send("10.0.0.1", "api:again");
  CHECK(refused.size() == 4);
  small.stop(std::chrono::milliseconds(0));
}

TEST_CASE_METHOD(LoopWorld, "loop: whether what was cancelled has ended") {
  Counter begun;
  TurnHooks hooks;
  hooks.progress = [&](const TurnProgress& progress) {
    if (progress.kind == TurnProgress::Kind::tool_call) begun.add();
  };
  Counter ended;
  source.deaf = true;
  loop.run(request("/tool mcp_a_block {}"), std::move(hooks), [&](TurnResult) { ended.add(); });
  REQUIRE(begun.reaches(1));
  CHECK(loop.wait_cancelled("main", "api:a", std::chrono::milliseconds(0)));  // nothing was
  CHECK(loop.cancel("main", "api:a") == 1);
  CHECK_FALSE(loop.wait_cancelled("main", "", std::chrono::milliseconds(10)));
  CHECK(loop.wait_cancelled("main", "api:b", std::chrono::milliseconds(0)));
  loop.abort();  // does not wait for a tool that does not hear
  CHECK(ended.count() == 0);
  source.hears.add();
  CHECK(loop.wait_cancelled("main", "", std::chrono::seconds(60)));
  REQUIRE(ended.reaches(1));
}

TEST_CASE_METHOD(LoopWorld, "loop: a turn that throws has failed, and the thread goes on") {
  source.throws = true;
  const TurnResult result = turn(request(R"(/tool read_file {"path":"a.md"})"));
  CHECK((!result.ok && result.code == Code::internal));
  source.throws = false;
  CHECK(turn(request(R"(/tool read_file {"path":"a.md"})", "api:a", "r2")).answer == "content of a.md");
}

TEST_CASE_METHOD(LoopWorld, "loop: a turn that works for too long ends, and waiting for a person is no work") {
  TurnRequest late = request("/sleep 1h", "api:late", "late");
  late.max_turn_ms = 100;
  const TurnResult ended = turn(late);
  CHECK((!ended.ok && !ended.interrupted && ended.begun && ended.recorded && ended.code == Code::timeout));
  CHECK(ended.error == "the turn ran for 100ms, the limit of max_turn_ms");
  // A tool hears it, too.
  TurnRequest blocked = request("/tool mcp_a_block {}", "api:blocked", "blocked");
  blocked.trusted = true;
  blocked.max_turn_ms = 100;
  CHECK(turn(blocked).code == Code::timeout);
}
