// A run that asks and waits, and how its wait ends.
#include <atomic>
#include <cstdio>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/approvals/server/service.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

using namespace facio;
using namespace facio::test;
using serve::ApprovalOutcome;

namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::string_view kAgents[] = {"main"};

struct Office : World {
  CredentialsService credentials{base};
  PolicyService policy{base};
  ApprovalsService approvals{base, policy, credentials, 24 * kHour};

  static serve::ApprovalRequest request(std::string tool = "exec", std::string arguments = R"({"command":"ls"})") {
    return {{.agent = "main", .session_key = "api:default", .run_id = "run-1", .trace_id = "trace-1", .origin = "api", .channel = "api"},
            std::move(tool),
            std::move(arguments),
            "no rule matches: a person is asked"};
  }
  Result<Approval> decide(const std::string& id, bool approve, const ApprovalDecision& decision = {}) {
    auto approval = change<Approval>([&](store::Transaction& tx) { return approvals.decide(tx, "main", id, approve, decision); });
    if (approval) approvals.decided("main", *approval);
    return approval;
  }
  std::vector<Approval> listed(const std::string& status) {
    return good(approvals.list("main", {.status = status, .session_key = {}})).items;
  }
  /// Events of this kind as (status, details).
  JsonDocument events(const std::string& kind) {
    return good(JsonDocument::parse(good(store->audit().list("main", {.limit = 100, .ascending = true, .event = {kind}})).items));
  }
  policy::Decision verdict(const std::string& tool, const std::string& command = "ls") {
    return good(policy.decide("main", {.tool = tool, .arguments = {{"command", command}}, .origin = "api"})).decision;
  }
};

/// A run that asks, in a thread of its own.
class Run {
 public:
  explicit Run(Office& office, serve::ApprovalRequest request = Office::request()) {
    std::promise<std::string> asked;
    auto told = asked.get_future();
    answer_ = std::async(std::launch::async, [this, &office, request = std::move(request), asked = std::move(asked)]() mutable {
      return serve::ask_and_wait(office.approvals, request, cancel, [&](const std::string& made) { asked.set_value(made); });
    });
    id = told.get();
  }
  ~Run() { cancel.cancel("the test ends"); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  serve::ApprovalAnswer end() { return good(answer_.get()); }

  serve::Cancel cancel;
  std::string id;

 private:
  std::future<Result<serve::ApprovalAnswer>> answer_;
};

}  // namespace

TEST_CASE("a question is durable before anybody waits, and an approval lets the run go on") {
  Office office;
  Run run(office);
  const auto waiting = office.listed("pending");
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].id == run.id);
  CHECK(waiting[0].tool == "exec");
  CHECK(waiting[0].arguments.text == R"({"command":"ls"})");
  CHECK(waiting[0].session_key == "api:default");
  CHECK(waiting[0].run_id == "run-1");
  CHECK(waiting[0].expires_at == format_rfc3339(office.clock.now + 24 * kHour));
  CHECK_FALSE(waiting[0].decided_at);

  const auto decided = good(office.decide(run.id, true, {.actor = "ann", .reason = "fine", .always = {}, .scope = {}}));
  CHECK(decided.status == "approved");
  const auto answer = run.end();
  CHECK(answer.outcome == ApprovalOutcome::approved);
  CHECK(answer.actor == "ann");
  CHECK(answer.reason == "fine");
  CHECK(office.listed("pending").empty());
  CHECK(office.listed("approved").size() == 1);
  CHECK(good(office.approvals.get("main", run.id)).actor == "ann");

  const auto asked = office.events("approval_request");
  CHECK(asked.root().at(0).get("status").string() == "pending");
  CHECK(asked.root().at(0).get("run_id").string() == "run-1");
  CHECK(asked.root().at(0).get("trace_id").string() == "trace-1");
  CHECK(asked.root().at(0).get("session_key").string() == "api:default");
  const auto result = office.events("approval_result");
  CHECK(result.root().at(0).get("status").string() == "ok");
  CHECK(result.root().at(0).get("actor").string() == "ann");
  CHECK(result.root().at(0).find("details.approval").string() == run.id);
}

TEST_CASE("a rejection tells the run why") {
  Office office;
  Run run(office);
  CHECK(good(office.decide(run.id, false, {.actor = {}, .reason = "not on this host", .always = {}, .scope = {}})).status == "rejected");
  const auto answer = run.end();
  CHECK(answer.outcome == ApprovalOutcome::rejected);
  CHECK(answer.reason == "not on this host");
  CHECK(office.events("approval_result").root().at(0).get("status").string() == "denied");
  CHECK(office.verdict("exec") == policy::Decision::ask);
}

TEST_CASE("what was decided, or never asked, cannot be decided") {
  Office office;
  Run run(office);
  CHECK(code_of(office.decide("0000000000abcd", true)) == Code::not_found);
  good(office.decide(run.id, true));
  run.end();
  const auto again = office.decide(run.id, false);
  REQUIRE_FALSE(again);
  CHECK(again.error().code() == Code::conflict);
  CHECK_THAT(again.error().message(), Catch::Matchers::Contains("was approved"));
  CHECK(code_of(office.approvals.get("main", "0000000000abcd")) == Code::not_found);
}

TEST_CASE("always writes the rule with the decision") {
  Office office;
  Run run(office);
  const auto approval = good(office.decide(run.id, true, {.actor = "ann", .reason = {}, .always = true, .scope = {}}));
  CHECK(approval.rule == "allow exec");
  run.end();
  CHECK(office.verdict("exec", "anything") == policy::Decision::allow);
  CHECK(good(office.policy.rules("main"))->rules()[0].added_by == "ann");

  Run other(office, Office::request("write_file", R"({"path":"a","content":"b"})"));
  CHECK(good(office.decide(other.id, false, {.actor = {}, .reason = {}, .always = true, .scope = {}})).rule == "deny write_file");
  other.end();
  CHECK(office.verdict("write_file") == policy::Decision::deny);
}

TEST_CASE("a rule for the very call says no more than the call") {
  Office office;
  const ApprovalDecision exactly{.actor = {}, .reason = {}, .always = true, .scope = "call"};
  {
    Run run(office);
    CHECK(good(office.decide(run.id, true, exactly)).rule == "allow exec command=ls");
    run.end();
    CHECK(office.verdict("exec", "ls") == policy::Decision::allow);
    CHECK(office.verdict("exec", "ls -a") == policy::Decision::ask);
  }
  for (const auto& arguments : {R"({"command":"rm *"})", "{}"}) {
    Run run(office, Office::request("exec", arguments));
    const auto refused = office.decide(run.id, true, exactly);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == Code::rejected);
    CHECK(refused.error().field() == "scope");
    CHECK(office.listed("pending").size() == 1);  // nothing half done
    good(office.decide(run.id, false));
    CHECK(run.end().outcome == ApprovalOutcome::rejected);
  }
  Run run(office);
  CHECK(code_of(office.decide(run.id, true, {.actor = {}, .reason = {}, .always = {}, .scope = "call"})) == Code::rejected);
  run.cancel.cancel("the test ends");
  run.end();
}

TEST_CASE("who stops the run ends the wait") {
  Office office;
  Run run(office);
  run.cancel.cancel("it was stopped by hand");
  const auto answer = run.end();
  CHECK(answer.outcome == ApprovalOutcome::interrupted);
  CHECK(answer.reason == "it was stopped by hand");
  CHECK(good(office.approvals.get("main", run.id)).status == "interrupted");
  CHECK(code_of(office.decide(run.id, true)) == Code::conflict);
  CHECK(office.events("approval_result").root().at(0).get("status").string() == "error");
}

TEST_CASE("an ending server waits for nobody") {
  Office office;
  Run run(office);
  office.approvals.stop();
  CHECK(run.end().outcome == ApprovalOutcome::interrupted);
  CHECK(good(office.approvals.get("main", run.id)).status == "interrupted");
  Run late(office);
  CHECK(late.end().outcome == ApprovalOutcome::interrupted);
  CHECK(office.listed("pending").empty());
}

TEST_CASE("nobody is waited for beyond the expiry") {
  Office office;
  ApprovalsService soon(office.base, office.policy, office.credentials, 0);
  serve::Cancel cancel;
  std::string id;
  const auto answer = good(serve::ask_and_wait(soon, Office::request(), cancel, [&](const std::string& made) { id = made; }));
  CHECK(answer.outcome == ApprovalOutcome::expired);
  CHECK(good(office.approvals.get("main", id)).status == "expired");
}

TEST_CASE("a wall clock that is set back makes nobody be waited for longer") {
  struct StandingWall final : serve::Clock {  // as if it were set back again and again, while time passes
    [[nodiscard]] std::int64_t now_ms() const override { return 1'800'000'000'000; }
  };
  Office office;
  const StandingWall clock;
  const serve::ServiceContext base{
      *office.store, clock, office.pool, office.pending_restart, office.vault, office.files, office.settings, office.directory.path, true};
  ApprovalsService soon(base, office.policy, office.credentials, 30);
  serve::Cancel cancel;
  REQUIRE(soon.start(kAgents));
  CHECK(good(serve::ask_and_wait(soon, Office::request(), cancel)).outcome == ApprovalOutcome::expired);
}

TEST_CASE("what waited when the server ended was interrupted") {
  Office office;
  const auto put = [&](store::Transaction& tx) -> Status {
    Approval left;
    left.status = "pending";
    left.tool = "exec";
    left.created_at = format_rfc3339(office.clock.now);
    left.id = "00000001aaaaaa";
    left.expires_at = format_rfc3339(office.clock.now + kHour);
    if (auto saved = tx.save_document("main", "approval_waiting", left.id, to_json(left)); !saved) return saved;
    left.id = "00000001bbbbbb";
    left.expires_at = left.created_at;
    return tx.save_document("main", "approval_waiting", left.id, to_json(left));
  };
  REQUIRE(office.store->run(put));
  for (const auto& [id, word] : {std::pair{"00000001aaaaaa", "interrupted"}, {"00000001bbbbbb", "expired"}}) {
    const auto refused = office.decide(id, true);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == Code::conflict);
    CHECK_THAT(refused.error().message(), Catch::Matchers::Contains(word));
  }
  REQUIRE(office.approvals.start(kAgents));
  const auto found = good(office.approvals.get("main", "00000001aaaaaa"));
  CHECK(found.status == "interrupted");
  CHECK(found.decided_at);
  CHECK(office.listed("pending").empty());
  CHECK(office.events("approval_result").root().size() == 2);
}

TEST_CASE("no argument shows a stored secret") {
  Office office;
  for (const auto& [key, value] : {std::pair{"TOKEN", "s3cr\"et-value"}, {"PIN", "12345678"}})
    office.credentials.changed("main", good(office.change<Credential>([&, key = key, value = value](store::Transaction& tx) {
                                 return office.credentials.put(tx, "main", key, Secret(value));
                               })));
  Run run(office,
          Office::request("exec", R"({"command":"curl -H 's3cr\"et-value'","list":["12345678",{"s3cr\"et-value":12345678}],"n":12})"));
  const auto approval = good(office.approvals.get("main", run.id));
  CHECK(
      approval.arguments.text ==
      R"({"command":"curl -H '${credentials.TOKEN}'","list":["${credentials.PIN}",{"${credentials.TOKEN}":"${credentials.PIN}"}],"n":12})");
  CHECK(approval.hidden == true);
  const auto refused = office.decide(run.id, true, {.actor = {}, .reason = {}, .always = true, .scope = "call"});
  CHECK(code_of(refused) == Code::rejected);
  good(office.decide(run.id, true));
  run.end();

  Run large(office, Office::request("write_file", "{\"content\":\"" + std::string(100'000, 'x') + "\"}"));
  const auto cut = good(office.approvals.get("main", large.id));
  CHECK(cut.arguments.text.size() < 20'000);
  CHECK(cut.hidden == true);
  large.cancel.cancel("the test ends");
  large.end();
}

TEST_CASE("lists are filtered, in pages, the last asked first") {
  Office office;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    office.clock.now += 1000;
    auto request = Office::request();
    request.session_key = i % 2 == 0 ? "api:even" : "api:odd";
    Run run(office, request);
    ids.push_back(run.id);
    good(office.decide(run.id, i != 4));
    run.end();
  }
  const auto ids_of = [](const ApprovalList& list) {
    std::vector<std::string> found;
    for (const Approval& approval : list.items) found.push_back(approval.id);
    return found;
  };
  const auto page = good(office.approvals.list("main", {.status = "all", .session_key = {}, .limit = 2, .offset = 1}));
  CHECK(ids_of(page) == std::vector{ids[3], ids[2]});
  CHECK(page.hasMore);
  const auto last = good(office.approvals.list("main", {.status = "all", .session_key = {}, .limit = 2, .offset = 4}));
  CHECK(ids_of(last) == std::vector{ids[0]});
  CHECK_FALSE(last.hasMore);
  CHECK(ids_of(good(office.approvals.list("main", {.status = "approved", .session_key = "api:even"}))) == std::vector{ids[2], ids[0]});
  CHECK(good(office.approvals.list("main", {.status = "rejected", .session_key = {}})).count == 1);
}

TEST_CASE("of what was decided only the last is kept") {
  Office office;
  const auto fill = [&](store::Transaction& tx) -> Status {
    for (int i = 0; i < 1100; ++i) {
      Approval old;
      char id[15];
      std::snprintf(id, sizeof id, "%014x", i);
      old.id = id;
      old.status = "approved";
      old.tool = "exec";
      old.created_at = old.expires_at = format_rfc3339(i);
      if (auto saved = tx.save_document("main", "approval", old.id, to_json(old)); !saved) return saved;
    }
    return {};
  };
  REQUIRE(office.store->run(fill));
  Run run(office);
  good(office.decide(run.id, true));
  run.end();
  const auto left = good(office.store->documents().list("main", "approval"));
  CHECK(left.size() == 1000);
  CHECK(left.back().id == run.id);
  CHECK(left.front().id == "00000000000065");  // 101
}

TEST_CASE("of many who decide at once one counts") {
  Office office;
  Run run(office);
  std::atomic<int> counted = 0;
  std::vector<std::thread> people;
  for (int i = 0; i < 8; ++i)
    people.emplace_back([&, i] {
      if (office.decide(run.id, i % 2 == 0)) ++counted;
    });
  people.emplace_back([&] { run.cancel.cancel("it was stopped by hand"); });
  for (std::thread& person : people) person.join();
  const auto answer = run.end();
  const auto approval = good(office.approvals.get("main", run.id));
  CHECK(counted == (answer.outcome == ApprovalOutcome::interrupted ? 0 : 1));
  CHECK((approval.status == "approved") == (answer.outcome == ApprovalOutcome::approved));
  CHECK(office.events("approval_result").root().size() == 1);
}

TEST_CASE("questions for messages without a token are few, those of others are not") {
  Office office;
  const auto from = [](const std::string& source) {
    serve::ApprovalRequest request = Office::request();
    request.source = source;
    return request;
  };
  const auto refusal = [&](const std::string& source) {
    const auto answer = serve::ask_and_wait(office.approvals, from(source), serve::Cancel());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code() == Code::throttled);
    return answer.error().message();
  };
  std::vector<std::unique_ptr<Run>> runs;
  for (const char* source : {"10.0.0.1", "10.0.0.2"}) {
    for (int i = 0; i < 32; ++i) runs.push_back(std::make_unique<Run>(office, from(source)));
    CHECK_THAT(refusal(source), Catch::Contains("from this address"));
  }
  CHECK_THAT(refusal("10.0.0.3"), Catch::Contains("without a token"));
  runs.push_back(std::make_unique<Run>(office, from("")));
  CHECK(office.listed("pending").size() == 65);
  REQUIRE(office.decide(runs.front()->id, false));
  CHECK(runs.front()->end().outcome == ApprovalOutcome::rejected);
  runs.push_back(std::make_unique<Run>(office, from("10.0.0.1")));  // the place was given back
  CHECK_THAT(refusal("10.0.0.1"), Catch::Contains("from this address"));
}
