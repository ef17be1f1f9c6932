// What becomes of changes outside the store whose maker has ended.
#include "commands/serve/outside_change.hpp"

#include "commands/serve/store/store.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

namespace facio::serve {
namespace {

using test::good;

AuditEvent event_of(std::string kind, std::string message) {
  AuditEvent event;
  event.event = std::move(kind);
  event.message = std::move(message);
  return event;
}

struct Changes {
  test::World world;
  OutsideChanges all{*world.store, world.files};

  OutsideChange change(std::string id) { return {all, "main", std::move(id), event_of("api_request", "PUT /x")}; }
  /// As of the next process.
  std::vector<std::string> settled() {
    OutsideChanges next(*world.store, world.files);
    REQUIRE(next.recover("main"));
    REQUIRE(next.recover("main"));  // nothing is settled twice
    return world.messages();
  }
};

constexpr const char* kMade = "PUT /x: interrupted: the runtime stopped before it answered; the change was made";
constexpr const char* kNotMade =
    "PUT /x: interrupted: the runtime stopped before it answered; the change was not made, or was overwritten since";
constexpr const char* kUnknown = "PUT /x: interrupted: the runtime stopped before it answered; it may or may not have had its effect";

TEST_CASE("a change that was made has its event though its maker ended", "[outside]") {
  Changes changes;
  auto one = changes.change("1");
  REQUIRE(one.begin(event_of("workspace_change", "created a"), {Trace::file("a", "text")}));
  REQUIRE(changes.world.files.write("a", "text"));
  CHECK(changes.settled() == std::vector<std::string>{"created a", kMade});
}

TEST_CASE("a change that was not made has none, but the request has", "[outside]") {
  Changes changes;
  REQUIRE(changes.world.files.write("a", "old"));
  auto one = changes.change("1");
  REQUIRE(one.begin(event_of("workspace_change", "replaced a"), {Trace::file("a", "new")}));
  CHECK(changes.settled() == std::vector<std::string>{kNotMade});
}

TEST_CASE("a removal is seen by what is not there", "[outside]") {
  Changes changes;
  REQUIRE(changes.world.files.write("gone", "x"));
  REQUIRE(changes.world.files.write("stays", "x"));
  auto one = changes.change("1"), other = changes.change("2");
  REQUIRE(one.begin(event_of("workspace_change", "deleted gone"), {Trace::gone("gone")}));
  REQUIRE(other.begin(event_of("workspace_change", "deleted stays"), {Trace::gone("stays")}));
  REQUIRE(changes.world.files.remove("gone"));
  CHECK(changes.settled() == std::vector<std::string>{"deleted gone", kMade, kNotMade});
}

TEST_CASE("a directory is seen by its identity", "[outside]") {
  Changes changes;
  REQUIRE(changes.world.files.write("skills/one/file", "old"));
  auto made = changes.world.files.make_unfinished("skills");
  REQUIRE(made);
  REQUIRE(changes.world.files.write(made->path + "/file", "new"));
  auto one = changes.change("1"), other = changes.change("2");
  REQUIRE(one.begin(event_of("skill_change", "installed one"), {Trace::directory("skills/one", changes.world.files.identity(made->path))}));
  REQUIRE(
      other.begin(event_of("skill_change", "installed two"), {Trace::directory("skills/two", changes.world.files.identity(made->path))}));
  REQUIRE(changes.world.files.replace_directory(made->path, "skills/one"));
  CHECK(changes.settled() == std::vector<std::string>{"installed one", kMade, kNotMade});
}

TEST_CASE("a change that leaves no trace may have had its effect", "[outside]") {
  Changes changes;
  auto one = changes.change("1");
  REQUIRE(one.begin());
  CHECK(changes.settled() == std::vector<std::string>{kUnknown});
}

TEST_CASE("what was ended or given up is not settled again", "[outside]") {
  Changes changes;
  auto ended = changes.change("1"), failed = changes.change("2"), half = changes.change("3"), never = changes.change("4");
  REQUIRE(ended.begin(event_of("workspace_change", "created a"), {Trace::file("a", "text")}));
  REQUIRE(changes.world.files.write("a", "text"));
  REQUIRE(changes.world.store->run([&](store::Transaction& tx) -> Status {
    if (auto status = tx.append_audit("main", event_of("workspace_change", "created a")); !status) return status;
    return ended.end(tx);
  }));
  REQUIRE(failed.begin(event_of("workspace_change", "created b"), {Trace::file("b", "text")}));
  failed.give_up();
  // It failed at its end: what is to be seen is told.
  REQUIRE(half.begin(event_of("workspace_change", "created c"), {Trace::file("c", "text")}));
  REQUIRE(changes.world.files.write("c", "text"));
  half.give_up();
  never.give_up();
  CHECK(changes.settled() == std::vector<std::string>{"created a", "created c"});
}

TEST_CASE("what could not be recorded is recorded later", "[outside]") {
  Changes changes;
  auto one = changes.change("1");
  REQUIRE(one.begin(event_of("workspace_change", "created a"), {Trace::file("a", "text")}));
  REQUIRE(changes.world.files.write("a", "text"));
  one.record_later({event_of("workspace_change", "created a")});
  changes.all.stop();  // the last attempt, at the latest
  CHECK(changes.settled() == std::vector<std::string>{"created a", "PUT /x"});
}

}  // namespace
}  // namespace facio::serve
