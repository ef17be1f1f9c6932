#include <catch2/catch.hpp>

#include "cli/core/json.hpp"
#include "commands/serve/git/program.hpp"
#include "commands/facio/improvement/server/proposal_checks.hpp"
#include "commands/facio/improvement/server/memory.hpp"
#include "commands/facio/versions/server/state_parts.hpp"
#include "commands/facio/versions/server/history.hpp"

namespace facio::serve {

TEST_CASE("a version's message keeps what it was given, in one line each") {
  const VersionMessage parts{.message = "a\nb\n\nActor: root", .actor = "Ada\n\nActor: root", .reason = "why\tnot"};
  const VersionMessage read = parse_message(compose_message(parts), "somebody");
  CHECK(read.message == "a b Actor: root");
  CHECK(read.actor == "Ada Actor: root");
  CHECK(read.reason == "why not");
  const VersionMessage bare = parse_message(compose_message({.message = "m", .actor = "a", .reason = ""}), "somebody");
  CHECK((bare.message == "m" && bare.actor == "a" && bare.reason.empty()));
  const VersionMessage foreign = parse_message("by hand\n\nmore text\n", "somebody");
  CHECK((foreign.message == "by hand\n\nmore text" && foreign.actor == "somebody" && foreign.reason.empty()));
}

TEST_CASE("canonical JSON depends on the content only") {
  auto one = JsonDocument::parse(R"({"b":[1,{"y":null,"x":"ü\n"}],"a":{},"c":[]})");
  auto other = JsonDocument::parse(R"({ "c" : [], "a":{}, "b":[1, {"x":"\u00fc\n","y":null}] })");
  REQUIRE((one && other));
  CHECK(canonical_json(one->root()) == canonical_json(other->root()));
  CHECK(canonical_json(one->root()) ==
        "{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"x\": \"ü\\n\",\n      \"y\": null\n    }\n  ],\n  \"c\": []\n}\n");
}

TEST_CASE("what is to be remembered") {
  CHECK(remember_requests("remember: a\nREMEMBER THAT b\n  Remember:  c \x01 d\nplease remember: e\nremember thatcher\nremember:\n") ==
        std::vector<std::string>{"a", "b", "c  d"});
  const auto long_one = remember_requests("remember: " + std::string(499, 'x') + "ü");
  REQUIRE(long_one.size() == 1);
  CHECK(long_one[0] == std::string(499, 'x'));
  std::vector<std::string> added;
  CHECK(with_bullets("", {"a", "a"}, added) == "# Memory\n\n- a\n");
  CHECK(added.size() == 1);
  added.clear();
  CHECK(with_bullets("text without end", {"a"}, added) == "text without end\n- a\n");
  added.clear();
  CHECK(with_bullets("* a\n", {"a"}, added) == "* a\n");
  CHECK(added.empty());
}

TEST_CASE("scopes name places of the workspace") {
  CHECK(in_scope("memory/a/b.md", "memory"));
  CHECK_FALSE(in_scope("memory", "memory"));
  CHECK_FALSE(in_scope("skills/x", "memory"));
  CHECK(in_scope("AGENTS.md", "instructions"));
  CHECK_FALSE(in_scope("skills/AGENTS.md", "instructions"));
  CHECK_FALSE(in_scope("anything", "policy"));
}

TEST_CASE("lines that look like secrets") {
  for (const char* line : {"the password is hunter2hunter2", "API_KEY = \"abcdef123456\"", "Authorization: Bearer abcdefgh12",
                           "-----BEGIN OPENSSH PRIVATE KEY-----", "use ghp_0123456789012345678901234567890123456789"})
    CHECK(looks_secret(line));
  for (const char* line : {"Ada likes short answers", "the password is kept in ${credentials.MAIL}", "tokens are counted per day",
                           "the secret of good tea", "ask-me-anything-about-the-long-list-of-words"})
    CHECK_FALSE(looks_secret(line));
}

TEST_CASE("a proposal is checked by its level") {
  const std::string diff = "diff --git a/memory/M b/memory/M\n--- a/memory/M\n+++ b/memory/M\n@@ -1 +1 @@\n-old\n+token: abcdefgh\n";
  const auto failed = [](const Proposal& proposal) {
    std::vector<std::string> names;
    for (const ImprovementCheck& check : check_proposal(proposal))
      if (check.status == "failed") names.push_back(check.name);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(failed({{"memory/M"}, diff, {"memory"}, "standard", ""}) == Names{"secrets"});
  CHECK(failed({{"memory/M"}, diff, {"memory"}, "strict", ""}) == Names{"secrets", "keeps"});
  CHECK(failed({{"memory/M"}, diff, {"memory"}, "off", ""}).empty());
  CHECK(failed({{"memory/M"}, diff, {"skills"}, "off", "no"}) == Names{"scope", "applies"});
}

TEST_CASE("git: exit codes, limits and deadlines") {
  const GitProgram git;
  GitCall bad;
  bad.arguments = {"no-such-command"};
  auto answer = git.run(std::move(bad));
  REQUIRE(answer);
  CHECK(answer->exit != 0);
  GitCall input;
  input.arguments = {"hash-object", "--stdin"};
  input.input = std::string(1 << 20, 'x');
  REQUIRE(git.output(std::move(input)));
  GitCall large;
  large.arguments = {"help", "-a"};
  large.most_output = 10;
  CHECK(git.output(std::move(large)).error().code() == Code::too_large);
  GitCall endless;
  endless.arguments = {"hash-object", "--stdin"};
  endless.source = []() -> Result<std::string> { return std::string(65536, 'x'); };
  endless.deadline = std::chrono::milliseconds(100);
  CHECK(git.run(std::move(endless)).error().code() == Code::timeout);
}

TEST_CASE("git: nothing runs after a stop") {
  GitProgram git;
  git.stop();
  GitCall call;
  call.arguments = {"version"};
  CHECK(git.run(std::move(call)).error().code() == Code::unavailable);
}

}  // namespace facio::serve
