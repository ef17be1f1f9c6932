#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/cli/command_line/rig.hpp"

using namespace facio;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using facio::test::MapEnvironment;
using facio::test::Ran;

namespace {

/// A program whose configuration is in a directory of its own; nothing listens at its address.
class Program {
 public:
  Program() {
    REQUIRE(::mkdtemp(path_) != nullptr);
    environment_.set("FACIOCTL_CONFIG", std::string(path_) + "/c/config.yaml");
  }
  ~Program() { std::filesystem::remove_all(path_); }
  Ran operator()(const std::vector<std::string_view>& words, const std::string& input = {}) {
    StringInput in(input);
    StringOutput out;
    StringOutput err;
    Streams streams{in, out, err};
    const int code = run(words, streams, environment_, client_function);
    return {code, out.text(), err.text()};
  }
  MapEnvironment& environment() { return environment_; }

 private:
  char path_[32] = "/tmp/facioctl-test-XXXXXX";
  MapEnvironment environment_;
};

}  // namespace

TEST_CASE("a job that the agent would refuse is not sent") {
  Program facioctl;
  const auto past = facioctl({"cron", "create", "--name", "a", "--at", "2020-01-01T00:00:00Z", "--dry-run"});
  CHECK(past.code == 2);
  CHECK_THAT(past.err, Contains("--at") && Contains("in the past"));
  const auto two =
      facioctl({"cron", "create", "-f", "-", "--dry-run"}, "name: a\nschedule: {kind: cron, expr: 0 7 * * *, every_ms: 5000}\n");
  CHECK(two.code == 2);
  CHECK_THAT(two.err, Contains("every_ms") && Contains("is only for kind every"));
  const auto none = facioctl({"cron", "create", "-f", "-", "--dry-run"}, "name: a\nschedule: {kind: every}\n");
  CHECK(none.code == 2);
  CHECK_THAT(none.err, Contains("is required for kind every"));
  const auto zone = facioctl({"cron", "create", "--name", "a", "--every", "1h", "--tz", "Europe/Berlin", "--dry-run"});
  CHECK(zone.code == 2);
  CHECK_THAT(zone.err, Contains("--tz"));
}

TEST_CASE("contexts are added, chosen, shown and forgotten") {
  Program facioctl;
  CHECK(facioctl({"context", "list", "-o", "json"}).out == "[]\n");
  CHECK(facioctl({"context", "add", "one", "--url", "http://127.0.0.1:1", "--token-env", "T"}).code == 0);
  CHECK(facioctl({"context", "add", "two", "--url", "https://agent.example", "--protected", "--readonly"}).code == 0);
  CHECK_THAT(facioctl({"context", "show", "-o", "json"}).out, Contains("\"name\": \"one\"") && Contains("environment T"));
  CHECK(facioctl({"context", "use", "two"}).code == 0);
  CHECK_THAT(facioctl({"context", "show", "-o", "json"}).out, Contains("\"name\": \"two\"") && Contains("\"protected\": true"));
  CHECK_THAT(facioctl({"config", "view"}).out, Contains("current: two"));
  CHECK(facioctl({"context", "use", "three"}).code == 5);
  facioctl.environment().set("FACIOCTL_CONTEXT", "one");
  CHECK_THAT(facioctl({"context", "use", "one"}).err, Contains("FACIOCTL_CONTEXT is set"));
  facioctl.environment().set("FACIOCTL_CONTEXT", "");
  CHECK(facioctl({"context", "remove", "two"}).code == 2);
  CHECK(facioctl({"context", "remove", "two", "--yes"}).code == 0);
  CHECK(facioctl({"context", "remove", "two", "--yes"}).code == 5);
  CHECK_THAT(facioctl({"context", "add", "x", "--url", "agent.example"}).err, Contains("has an unknown scheme; try: use http://"));
  CHECK(facioctl({"context", "add", "a/b", "--url", "http://h"}).code == 2);
}

TEST_CASE("a read-only or protected context stops writes before they are sent") {
  Program facioctl;
  REQUIRE(facioctl({"context", "add", "ro", "--url", "http://127.0.0.1:1", "--readonly"}).code == 0);
  REQUIRE(facioctl({"context", "add", "safe", "--url", "http://127.0.0.1:1", "--protected"}).code == 0);
  CHECK(facioctl({"cron", "pause", "a", "--context", "ro"}).code == 4);
  CHECK(facioctl({"api", "POST", "/cron", "--context", "ro"}).code == 4);
  for (const char* yes : {"--yes", "--quiet", "--yes=ro"}) {  // before anybody is asked
    const auto refused = facioctl({"cron", "delete", "a", "--context", "ro", yes});
    CHECK(refused.code == 4);
    CHECK_THAT(refused.err, Contains("context ro is read-only; DELETE was not sent"));
  }
  CHECK(facioctl({"api", "DELETE", "/cron/a", "--context", "ro"}).code == 4);
  CHECK(facioctl({"cron", "delete", "a", "--context", "ro", "--dry-run"}).code == 0);
  CHECK(facioctl({"cron", "delete", "a", "--context", "safe"}).code == 4);
  CHECK(facioctl({"cron", "delete", "a", "--context", "safe", "--yes"}).code == 4);
  CHECK(facioctl({"cron", "delete", "a", "--context", "safe", "--yes=ro"}).code == 2);
  CHECK(facioctl({"cron", "delete", "a", "--context", "safe", "--yes=safe"}).code == 11);
  CHECK(facioctl({"api", "DELETE", "/cron/a", "--context", "safe"}).code == 4);
}

TEST_CASE("api sends any route") {
  Program facioctl;
  CHECK_THAT(facioctl({"api", "/cron?x=1", "--dry-run"}).out, StartsWith("GET http://127.0.0.1:8900/api/v1/cron?x=1"));
  CHECK_THAT(facioctl({"api", "cron", "--dry-run"}).out, StartsWith("GET http://127.0.0.1:8900/api/v1/cron\n"));
  CHECK_THAT(facioctl({"api", "/api/v1/cron", "--dry-run"}).out, StartsWith("GET http://127.0.0.1:8900/api/v1/cron\n"));
  CHECK_THAT(facioctl({"api", "patch", "/settings", "--field", "a.b=12", "-F", "c=no", "--raw-field", "d=12", "--dry-run"}).out,
             StartsWith("PATCH ") && Contains("\"b\": 12") && Contains("\"c\": \"no\"") && Contains("\"d\": \"12\""));
  CHECK_THAT(facioctl({"api", "POST", "/cron", "-f", "-", "--dry-run"}, "name: a\n").out, Contains("\"name\": \"a\""));
  CHECK(facioctl({"api", "GET", "/cron", "--field", "a=b"}).code == 2);
  CHECK(facioctl({"api", "FETCH", "/cron"}).code == 2);
  CHECK(facioctl({"api", "/a b"}).code == 2);
  CHECK(facioctl({"api"}).code == 2);
}

TEST_CASE("generators print and end with 0") {
  Program facioctl;
  CHECK_THAT(facioctl({"openapi"}).out, Contains("\"3.1"));
  CHECK_THAT(facioctl({"schema", "cron", "list"}).out, Contains("cron.list"));
  CHECK(facioctl({"schema", "cron.lst"}).code == 2);
  CHECK_THAT(facioctl({"version", "-o", "json"}).out, Contains("\"libraries\""));
  for (const char* shell : {"bash", "zsh", "fish"}) CHECK_THAT(facioctl({"completion", shell}).out, Contains("__complete"));
  CHECK(facioctl({"completion", "tcsh"}).code == 2);
  CHECK_THAT(facioctl({"help", "exit-codes"}).out, Contains("unreachable"));
  CHECK(facioctl({"help", "nonsense"}).code == 2);
}

TEST_CASE("a configuration that cannot be read is a usage error, unless an address was given") {
  Program facioctl;
  REQUIRE(facioctl({"context", "add", "one", "--url", "http://127.0.0.1:1"}).code == 0);
  std::ofstream(std::string(facioctl.environment().get(Variable::facioctl_config))) << "contexts: [\n";
  CHECK(facioctl({"cron", "list"}).code == 2);
  CHECK(facioctl({"cron", "list", "--url", "http://127.0.0.1:1"}).code == 11);
}
