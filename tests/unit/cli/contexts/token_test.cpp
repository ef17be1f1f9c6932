#include "cli/contexts/contexts.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/time.hpp"
#include "tests/unit/cli/contexts/rig.hpp"

using namespace facio;
using namespace facio::test;
using Catch::Matchers::Contains;

namespace {

/// A context whose helper counts how often it is asked and gives `answer`, in which N is that number.
struct Helper {
  explicit Helper(const Directory& here, const std::string& answer) {
    const std::string script = here.write("helper",
                                          "#!/bin/sh\necho x >> '" + here.file("asked") + "'\nN=$(wc -l < '" + here.file("asked") +
                                              "')\nN=$((N))\nprintf '%s' \"" + answer + "\"\n",
                                          0700);
    context.name = "prod";
    context.url = "https://a.example";
    context.token.exec = {script};
  }
  std::string token(const Environment& environment, bool fresh = false) const {
    const auto found = program_token(context, environment, fresh);
    return found ? std::string(found->reveal()) : "refused: " + found.error().message();
  }
  Context context;
};

std::string in_an_hour() { return format_rfc3339(now_ms() + 3'600'000); }

}  // namespace

TEST_CASE("a program may give the token") {
  CHECK(token_from_program({"printf", "abc\\n"})->token.reveal() == "abc");
  CHECK(!token_from_program({"printf", "abc\\n"})->expires_ms);
  CHECK(token_from_program({"printf", "%s", R"({"token":"t1","expires":"2026-11-20T07:00:00Z"})"})->expires_ms == 1795158000000);
  CHECK(token_from_program({"printf", "%s", R"({"token":"t1","expires":1795158000})"})->expires_ms == 1795158000000);
  CHECK_THAT(token_from_program({"printf", "%s", R"({"token":"t1","expires":"soon"})"}).error().message(), Contains("`expires`"));
  CHECK_THAT(token_from_program({"printf", "%s", R"({"tokens":"t1"})"}).error().message(), Contains("`token`"));
  CHECK_THAT(token_from_program({"false"}).error().message(), Contains("failed with code 1"));
  CHECK_THAT(token_from_program({"/does/not/exist"}).error().message(), Contains("cannot start"));
  CHECK_THAT(token_from_program({"printf", "a b"}).error().message(), Contains("one word"));
  CHECK(token_from_program({"sh", "-c", "echo r$FACIOCTL_TOKEN_REFRESH"}, true)->token.reveal() == "r1");
  CHECK(token_from_program({"sh", "-c", "echo r$FACIOCTL_TOKEN_REFRESH"})->token.reveal() == "r");
}

TEST_CASE("a helper's answer is kept until shortly before its end") {
  const Directory here;
  const MapEnvironment environment{{"XDG_RUNTIME_DIR", here.file("run")}};
  REQUIRE(::mkdir(here.file("run").c_str(), 0700) == 0);
  SECTION("it says when it ends") {
    const Helper helper(here, R"({\"token\":\"t$N\",\"expires\":\")" + in_an_hour() + R"(\"})");
    CHECK(helper.token(environment) == "t1");
    CHECK(helper.token(environment) == "t1");
    CHECK(kept_until(helper.context, environment));
    CHECK(helper.token(environment, true) == "t2");
    CHECK(helper.token(environment) == "t2");
    forget_kept_token(helper.context, environment);
    CHECK(helper.token(environment) == "t3");
  }
  SECTION("it ends within 30 seconds") {
    const Helper helper(here, R"({\"token\":\"t$N\",\"expires\":\")" + format_rfc3339(now_ms() + 29'000) + R"(\"})");
    CHECK(helper.token(environment) == "t1");
    CHECK(helper.token(environment) == "t2");
    CHECK(!kept_until(helper.context, environment));
  }
  SECTION("neither it nor the context says") {
    const Helper helper(here, "t$N");
    CHECK(helper.token(environment) == "t1");
    CHECK(helper.token(environment) == "t2");
  }
  SECTION("the context says") {
    Helper helper(here, "t$N");
    helper.context.token.ttl_ms = 60'000;
    CHECK(helper.token(environment) == "t1");
    CHECK(helper.token(environment) == "t1");
  }
}

TEST_CASE("a kept token is the user's alone and goes nowhere else") {
  const Directory here;
  const MapEnvironment environment{{"XDG_RUNTIME_DIR", here.file("run")}};
  REQUIRE(::mkdir(here.file("run").c_str(), 0700) == 0);
  Helper helper(here, "t$N");
  helper.context.token.ttl_ms = 60'000;
  REQUIRE(helper.token(environment) == "t1");
  const std::string file = here.file("run/facioctl/helper-token-prod");
  struct ::stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  SECTION("another address") {
    helper.context.url = "https://b.example";
    CHECK(helper.token(environment) == "t2");
  }
  SECTION("a file that others can read") {
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    CHECK(helper.token(environment) == "t2");
  }
  SECTION("a link") {
    std::filesystem::rename(file, here.file("elsewhere"));
    REQUIRE(::symlink(here.file("elsewhere").c_str(), file.c_str()) == 0);
    CHECK(helper.token(environment) == "t2");
  }
  SECTION("a file of another form") {
    std::ofstream(file) << "99999999999999\n";
    CHECK(helper.token(environment) == "t2");
  }
  SECTION("a directory that others can write in") {
    REQUIRE(::chmod(here.file("run/facioctl").c_str(), 0777) == 0);
    forget_kept_token(helper.context, environment);
    CHECK(helper.token(environment) == "t2");
    CHECK(!std::filesystem::exists(file));
  }
}

TEST_CASE("a context whose name is a path keeps its token in the same place") {
  const Directory here;
  const MapEnvironment environment{{"XDG_RUNTIME_DIR", here.file("run")}};
  REQUIRE(::mkdir(here.file("run").c_str(), 0700) == 0);
  Helper helper(here, "t$N");
  helper.context.name = "../../x";
  helper.context.token.ttl_ms = 60'000;
  REQUIRE(helper.token(environment) == "t1");
  CHECK(std::filesystem::exists(here.file("run/facioctl/helper-token-..%2f..%2fx")));
}

TEST_CASE("the service manager's credential is read where it is the only source named") {
  const Directory here;
  here.write("facio-token", "from-systemd\n", 0440);
  Config config;
  config.contexts.push_back({.name = "a", .url = "https://a.example", .token = {.environment = "OWN"}});
  config.current = "a";
  StringInput in("");
  const auto token = [&](const MapEnvironment& environment) {
    const auto target = resolve_target({}, config, environment, in, true);
    return target ? target->token_from + " " + std::string(target->token.reveal()) : "refused: " + target.error().message();
  };
  const std::string directory = here.file("");
  const std::string bare = directory.substr(0, directory.size() - 1);
  CHECK(token(MapEnvironment{{"CREDENTIALS_DIRECTORY", bare}, {"OWN", "o"}, {"FACIOCTL_TOKEN", "t"}}) ==
        "credential " + bare + "/facio-token from-systemd");
  here.write("facio-token", "from-systemd\n", 0644);
  CHECK_THAT(token(MapEnvironment{{"CREDENTIALS_DIRECTORY", bare}}), Contains("readable and writable only by its owner"));
  std::filesystem::remove("facio-token");
  CHECK(token(MapEnvironment{{"CREDENTIALS_DIRECTORY", bare}, {"OWN", "o"}}) == "environment OWN o");
}

TEST_CASE("where several contexts are asked, each gets its own token only") {
  Config config;
  config.contexts.push_back({.name = "a", .url = "http://127.0.0.1:1", .token = {.environment = "OWN"}});
  StringInput in("");
  const MapEnvironment environment{{"FACIOCTL_TOKEN", "t"}, {"FACIO_MANAGEMENT_TOKEN", "m"}, {"OWN", "o"}};
  TargetChoice choice{.context = "a", .url = {}, .token_file = {}};
  CHECK(resolve_target(choice, config, environment, in, true)->token.reveal() == "t");
  choice.own_token = true;
  CHECK(resolve_target(choice, config, environment, in, true)->token.reveal() == "o");
}

TEST_CASE("an insecure address is warned of each time") {
  Config config;
  config.contexts.push_back({.name = "a", .url = "http://agent.example:1", .token = {.environment = "OWN"}, .insecure_http = true});
  config.current = "a";
  StringInput in("");
  CHECK_THAT(resolve_target({}, config, MapEnvironment{{"OWN", "o"}}, in, true)->warning, Contains("unencrypted to agent.example"));
  CHECK(resolve_target({}, config, MapEnvironment{{"OWN", "o"}}, in, false)->warning.empty());
  config.contexts[0].url = "https://agent.example:1";
  CHECK(resolve_target({}, config, MapEnvironment{{"OWN", "o"}}, in, true)->warning.empty());
}
