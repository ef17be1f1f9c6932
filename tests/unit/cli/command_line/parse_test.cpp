#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "tests/unit/cli/command_line/rig.hpp"

using namespace facio;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using facio::test::MapEnvironment;
using facio::test::parse;
using facio::test::request_line;

namespace {

/// A file that is gone when the test is.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text) {
    const int fd = ::mkstemp(path_);
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(fd);
  }
  ~TemporaryFile() { ::unlink(path_); }
  [[nodiscard]] std::string_view path() const { return path_; }

 private:
  char path_[32] = "/tmp/facioctl-test-XXXXXX";
};

}  // namespace

TEST_CASE("words and flags may stand in any order") {
  const std::string expected = "GET /api/v1/cron/5f0c";
  CHECK(request_line({"cron", "get", "5f0c"}) == expected);
  CHECK(request_line({"-o", "json", "cron", "get", "5f0c"}) == expected);
  CHECK(request_line({"cron", "-ojson", "get", "5f0c"}) == expected);
  CHECK(request_line({"cron", "get", "-o", "json", "5f0c"}) == expected);
  CHECK(request_line({"cron", "get", "5f0c", "--output=json"}) == expected);
  CHECK(request_line({"--url", "cron", "cron", "get", "5f0c"}) == expected);
}

TEST_CASE("a flag of the command may stand before its words") {
  CHECK(request_line({"--name", "tidy", "--every", "1h", "cron", "create"}) ==
        R"(POST /api/v1/cron {"name":"tidy","schedule":{"every_ms":3600000,"kind":"every"}})");
}

TEST_CASE("two dashes end the flags") {
  CHECK(request_line({"cron", "get", "--", "--help"}) == "GET /api/v1/cron/--help");
  CHECK(request_line({"cron", "get", "--", "-x"}) == "GET /api/v1/cron/-x");
}

TEST_CASE("unknown flags name the nearest one and never run") {
  CHECK_THAT(request_line({"cron", "create", "--nme", "x"}), StartsWith("exit 2: ") && Contains("did you mean --name?"));
  CHECK_THAT(request_line({"cron", "list", "--otput=json"}), Contains("did you mean --output?"));
  CHECK_THAT(request_line({"cron", "list", "--name=x"}), StartsWith("exit 2: "));
  CHECK_THAT(request_line({"cron", "list", "--token", "abc"}), Contains("not accepted as arguments") && !Contains("abc"));
}

TEST_CASE("the last of several values of a flag counts") {
  CHECK(request_line({"cron", "create", "--name", "a", "--name", "b", "--every=1h", "--every=2h"}) ==
        R"(POST /api/v1/cron {"name":"b","schedule":{"every_ms":7200000,"kind":"every"}})");
  const auto parsed = parse({"-o", "json", "cron", "list", "-o", "yaml"});
  REQUIRE(parsed);
  CHECK(parsed->global.output.format == OutputFormat::yaml);
}

TEST_CASE("the value of a flag between the words is not one of them") {
  CHECK(request_line({"cron", "-m", "create", "create", "--name=z", "--every=1h"}) ==
        R"(POST /api/v1/cron {"name":"z","schedule":{"every_ms":3600000,"kind":"every"},"message":"create"})");
  CHECK(request_line({"chat", "--session", "models", "hi"}).starts_with("POST /v1/chat/completions "));
  CHECK_THAT(request_line({"usage", "--by", "model"}), StartsWith("GET /api/v1/usage?") && Contains("groupBy=model"));
  CHECK(request_line({"cron", "--context", "list", "get", "x"}) == "GET /api/v1/cron/x");
  CHECK(scan(std::vector<std::string_view>{"audit", "--tool", "grep"}, MapEnvironment()).words.endpoint->id == "audit.log");
  CHECK(scan(std::vector<std::string_view>{"audit", "-f", "--tool", "grep"}, MapEnvironment()).words.endpoint->id == "audit.log");
  // A switch takes nothing.
  CHECK(scan(std::vector<std::string_view>{"audit", "--follow", "grep", "x"}, MapEnvironment()).words.endpoint->id == "audit.grep");
}

TEST_CASE("help may stand among other letters") {
  const auto asked = [](std::vector<std::string_view> words) { return scan(words, MapEnvironment()).question; };
  CHECK(asked({"cron", "delete", "x", "-hy"}) == Question::short_help);
  CHECK(asked({"cron", "delete", "x", "-yh"}) == Question::short_help);
  CHECK(asked({"cron", "list", "-oh"}) == Question::none);  // a format
  CHECK(asked({"-V"}) == Question::version);
  CHECK(asked({"cron", "-V"}) == Question::none);
}

TEST_CASE("several things may be named where a command does one thing to each") {
  const auto things = [](std::vector<std::string_view> words) {
    const auto parsed = parse(words);
    return parsed ? parsed->all("id") : std::vector<std::string>{parsed.error().message()};
  };
  CHECK(things({"cron", "pause", "a", "cron/b"}) == std::vector<std::string>{"a", "b"});
  CHECK(things({"cron", "update", "a", "b", "--every=1h"}) == std::vector<std::string>{"a", "b"});
  CHECK_THAT(request_line({"credentials", "set", "A", "B", "--value-env", "X"}), StartsWith("exit 2: "));
}

TEST_CASE("missing and superfluous arguments are refused") {
  CHECK_THAT(request_line({"cron", "get"}), StartsWith("exit 2: `cron get` needs ID"));
  CHECK_THAT(request_line({"cron", "list", "b"}), Contains("does not take 'b'"));
  CHECK_THAT(request_line({"cron", "create", "--name"}), StartsWith("exit 2: --name: needs a value"));
  CHECK_THAT(request_line({"cron", "list", "--dry-run=maybe"}), StartsWith("exit 2: "));
}

TEST_CASE("a value may look like a flag") {
  CHECK(request_line({"cron", "create", "--name", "-x", "--every=1h"}) ==
        R"(POST /api/v1/cron {"name":"-x","schedule":{"every_ms":3600000,"kind":"every"}})");
  CHECK(request_line({"cron", "create", "--every=1h", "--name=a=b"}) ==
        R"(POST /api/v1/cron {"name":"a=b","schedule":{"every_ms":3600000,"kind":"every"}})");
  CHECK(request_line({"cron", "create", "--every=1h", "--name", "[a,b]"}) ==
        R"(POST /api/v1/cron {"name":"[a,b]","schedule":{"every_ms":3600000,"kind":"every"}})");
}

TEST_CASE("schedule flags exclude each other and set the kind") {
  CHECK_THAT(request_line({"cron", "create", "--name", "a", "--every", "1h", "--cron", "0 7 * * *"}),
             StartsWith("exit 2: ") && Contains("--every") && Contains("--cron") && Contains("cannot be combined"));
  CHECK_THAT(request_line({"cron", "create", "--name", "a", "--at", "tomorrow", "--every", "1h"}), Contains("cannot be combined"));
  CHECK(request_line({"cron", "create", "--name", "r", "--cron", "0 7 * * 1-5", "--tz", "Europe/Berlin", "-m", "go"}) ==
        R"(POST /api/v1/cron {"name":"r","schedule":{"expr":"0 7 * * 1-5","kind":"cron","tz":"Europe/Berlin"},"message":"go"})");
  CHECK(request_line({"cron", "create", "--name", "o", "--at", "2027-01-01T09:00:00Z"}) ==
        R"(POST /api/v1/cron {"name":"o","schedule":{"at_ms":1798794000000,"kind":"at"}})");
  CHECK_THAT(request_line({"cron", "create", "--name", "a"}), StartsWith("exit 2: ") && Contains("schedule"));
  CHECK_THAT(request_line({"cron", "create", "--every", "1h"}), StartsWith("exit 2: --name"));
}

TEST_CASE("values are checked by their declaration") {
  CHECK_THAT(request_line({"cron", "create", "--name", "a", "--every", "60"}), StartsWith("exit 2: --every"));
  CHECK_THAT(request_line({"cron", "create", "--name", "a", "--every", "10ms"}), StartsWith("exit 2: --every"));
  CHECK_THAT(request_line({"cron", "create", "--name", "a", "--cron", "7 o'clock"}), StartsWith("exit 2: --cron"));
  CHECK_THAT(request_line({"cron", "create", "--name", "a", "--cron", "0 7 * *", "--tz", "Berlin/Europe"}), StartsWith("exit 2: --cron"));
  CHECK_THAT(request_line({"cron", "create", "--name", "  ", "--every", "1h"}), StartsWith("exit 2: --name"));
  CHECK_THAT(request_line({"cron", "list", "-o", "jsn"}), StartsWith("exit 2: --output") && Contains("did you mean json?"));
  CHECK_THAT(request_line({"cron", "list", "--timeout", "5"}), StartsWith("exit 2: --timeout"));
}

TEST_CASE("booleans have a negative form, lists repeat") {
  CHECK(request_line({"cron", "create", "--name", "a", "--every", "1h", "--no-enabled", "--script", "x", "--script", "y"}) ==
        R"(POST /api/v1/cron {"name":"a","schedule":{"every_ms":3600000,"kind":"every"},"enabled":false,"scripts":["x","y"]})");
}

TEST_CASE("a body file is YAML or JSON, and flags win over it") {
  const TemporaryFile yaml("name: report\nschedule:\n  kind: cron\n  expr: 0 7 * * 1-5\n  tz: Europe/Berlin\nmessage: no\n");
  CHECK(request_line({"cron", "create", "-f", yaml.path()}) ==
        R"(POST /api/v1/cron {"name":"report","schedule":{"kind":"cron","expr":"0 7 * * 1-5","tz":"Europe/Berlin"},"message":"no"})");
  const TemporaryFile json(R"({"name": "tidy", "schedule": {"kind": "every", "every_ms": 60000}})");
  CHECK(request_line({"cron", "create", "-f", json.path(), "--name", "other"}) ==
        R"(POST /api/v1/cron {"name":"other","schedule":{"kind":"every","every_ms":60000}})");
  CHECK(request_line({"cron", "create", "-f", json.path(), "--cron", "0 7 * * *"}) ==
        R"(POST /api/v1/cron {"name":"tidy","schedule":{"kind":"cron","expr":"0 7 * * *"}})");
  CHECK(request_line({"cron", "create", "-f", "-"}, "name: a\nschedule: {kind: every, every_ms: 5000}\n") ==
        R"(POST /api/v1/cron {"name":"a","schedule":{"kind":"every","every_ms":5000}})");
}

TEST_CASE("a bad body file names the file and the field or line") {
  const TemporaryFile number("name: 123\nschedule: {kind: every, every_ms: 5000}\n");
  CHECK_THAT(request_line({"cron", "create", "-f", number.path()}), StartsWith("exit 2: " + std::string(number.path()) + ": name"));
  const TemporaryFile twice("name: a\nname: b\n");
  CHECK_THAT(request_line({"cron", "create", "-f", twice.path()}), Contains("line 2") && Contains("occurs twice"));
  CHECK_THAT(request_line({"cron", "create", "-f", "/does/not/exist"}), StartsWith("exit 2: --file: cannot read /does/not/exist"));
  CHECK_THAT(request_line({"cron", "create", "-f", "-"}, "- a\n- b\n"), Contains("must hold one map"));
}

TEST_CASE("settings are typed by the shape") {
  CHECK(request_line({"settings", "set", "max_tool_iterations=50", "timezone=Europe/Berlin"}) ==
        R"(PATCH /api/v1/settings {"max_tool_iterations":50,"timezone":"Europe/Berlin"})");
  CHECK(request_line({"settings", "set", "policy_enabled=false", "temperature=0.5"}) ==
        R"(PATCH /api/v1/settings {"policy_enabled":false,"temperature":0.5})");
  CHECK(request_line({"settings", "set", "model=123", "reasoning_effort="}) ==
        R"(PATCH /api/v1/settings {"model":"123","reasoning_effort":""})");
  CHECK(request_line({"settings", "set", "browser.domain_denylist=a.example", "browser.domain_denylist=b.example"}) ==
        R"(PATCH /api/v1/settings {"browser":{"domain_denylist":["a.example","b.example"]}})");
  CHECK(request_line({"settings", "set", "browser.proxy=null"}) == R"(PATCH /api/v1/settings {"browser":{"proxy":null}})");
  CHECK_THAT(request_line({"settings", "set", "browser.proxy=http://u:p@h"}),
             StartsWith("exit 2: browser.proxy: secrets are") && !Contains("u:p"));
  CHECK(request_line({"settings", "set", "-v", "model=a", "provider=b", "vision_model=[x]"}) ==
        R"(PATCH /api/v1/settings {"model":"a","provider":"b","vision_model":"[x]"})");
  CHECK(request_line({"settings", "set", "max_tool_iteration=5"}) == R"(PATCH /api/v1/settings {"max_tool_iteration":5})");
  CHECK_THAT(request_line({"settings", "set", "max_tool_iterations=many"}), StartsWith("exit 2: max_tool_iterations"));
  CHECK_THAT(request_line({"settings", "set"}), StartsWith("exit 2: "));
  CHECK_THAT(request_line({"settings", "set", "model"}), Contains("expected KEY=VALUE"));
}

TEST_CASE("a secret comes from a file, the environment or standard input, never from an argument") {
  const TemporaryFile secret("hunter2\n");
  CHECK(request_line({"credentials", "create", "--key", "K", "--from-file", secret.path()}) ==
        R"(POST /api/v1/credentials {"key":"K","value":"hunter2"})");
  CHECK(request_line({"credentials", "create", "--key", "K", "--from-stdin"}, "hunter2\n") ==
        R"(POST /api/v1/credentials {"key":"K","value":"hunter2"})");
  const std::string refused = request_line({"credentials", "create", "--key", "K", "--value", "hunter2"});
  CHECK_THAT(refused, StartsWith("exit 2: --value: secrets are not accepted as arguments") && !Contains("hunter2"));
  CHECK_THAT(request_line({"credentials", "create", "--key", "K", "--from-file", secret.path(), "--from-stdin"}),
             Contains("cannot be combined"));
  const test::MapEnvironment environment{{"SECRET", "from-env"}};
  const auto invocation = parse({"credentials", "create", "--key", "K", "--from-env", "SECRET"}, {}, environment);
  REQUIRE(invocation);
  CHECK(invocation->secrets == std::vector<std::string>{"from-env"});
}

TEST_CASE("verbosity counts, yes may name a context") {
  const auto invocation = parse({"cron", "delete", "x", "-vv", "--yes=prod"});
  REQUIRE(invocation);
  CHECK(invocation->global.verbose == 2);
  CHECK(invocation->global.yes);
  CHECK(invocation->global.yes_name == "prod");
  const auto plain = parse({"cron", "delete", "-y", "x"});
  REQUIRE(plain);
  CHECK(plain->global.yes);
  CHECK(plain->global.yes_name.empty());
  CHECK(plain->value("id") == "x");
}

TEST_CASE("a field that holds a whole file is given as text, by a file's name, or is the file") {
  const std::string toml = "# one\nname = \"coder\"\n[model]\nprovider = \"x\"\n";
  const std::string expected = R"(POST /api/agents {"manifest_toml":"# one\nname = \"coder\"\n[model]\nprovider = \"x\"\n"})";
  const TemporaryFile file(toml);
  CHECK(request_line({"librefang", "agents", "create", "--manifest", toml}) == expected);
  CHECK(request_line({"librefang", "agents", "create", "--manifest-file", file.path()}) == expected);
  CHECK(request_line({"librefang", "agents", "create", "-f", file.path()}) == expected);
  CHECK(request_line({"librefang", "agents", "create", "-f", "-"}, toml) == expected);
  CHECK(request_line({"librefang", "agents", "create", "-f", "-"}, "manifest_toml: |\n  name = 1\n") ==
        R"(POST /api/agents {"manifest_toml":"name = 1\n"})");
  CHECK(request_line({"librefang", "agents", "create", "-f", "-"}, R"({"manifest_toml":"name = 1"})") ==
        R"(POST /api/agents {"manifest_toml":"name = 1"})");
  CHECK_THAT(request_line({"librefang", "agents", "create", "--manifest", "x", "--manifest-file", file.path()}),
             StartsWith("exit 2: ") && Contains("cannot be combined"));
  CHECK_THAT(request_line({"librefang", "agents", "create", "--manifest-file", "/nonexistent/x"}), StartsWith("exit 2: "));
}

TEST_CASE("several whole files become elements of a list") {
  const TemporaryFile one("name = 1"), two("name = 2");
  CHECK(request_line({"librefang", "agents", "bulk-create", one.path(), two.path()}) ==
        R"(POST /api/agents/bulk {"agents":[{"manifest_toml":"name = 1"},{"manifest_toml":"name = 2"}]})");
}

TEST_CASE("an open value that may be a text is one when it is not JSON") {
  CHECK(request_line({"librefang", "memory", "set", "coder", "k", "plain words"}) ==
        R"(PUT /api/memory/agents/coder/kv/k {"value":"plain words"})");
  CHECK(request_line({"librefang", "memory", "set", "coder", "k", R"({"a":1})"}) ==
        R"(PUT /api/memory/agents/coder/kv/k {"value":{"a":1}})");
  CHECK(request_line({"librefang", "memory", "set", "coder", "k", "5"}) == R"(PUT /api/memory/agents/coder/kv/k {"value":5})");
}
