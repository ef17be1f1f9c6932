// What the policy says of calls.
#include <catch2/catch.hpp>

#include <chrono>

#include "commands/facio/policy/rules.hpp"

using namespace facio;
using policy::Decision;
using policy::RuleSet;
using policy::ToolCall;

namespace {

PolicyRule rule(std::string action, std::string tool, std::map<std::string, std::string> params = {}) {
  return {.action = std::move(action), .tool = std::move(tool), .params = std::move(params), .added_at = {}, .added_by = {}};
}

ToolCall call(std::string tool, std::map<std::string, std::string> arguments = {}, std::string origin = {}) {
  return {.tool = std::move(tool), .arguments = std::move(arguments), .origin = std::move(origin)};
}

Decision decide(std::vector<PolicyRule> rules, const ToolCall& what, policy::Switches switches = {}) {
  return RuleSet(std::move(rules)).decide(switches, what).decision;
}

}  // namespace

TEST_CASE("wildcards match any run of characters", "[policy]") {
  const auto matches = [](const char* pattern, const char* text) { return policy::Pattern(pattern).matches(text); };
  CHECK(matches("exec", "exec"));
  CHECK_FALSE(matches("exec", "exec2"));
  CHECK(matches("*", ""));
  CHECK(matches("rm *", "rm -rf /"));
  CHECK_FALSE(matches("rm *", "rm"));
  CHECK(matches("*.md", "a/b.md"));
  CHECK(matches("a*b*c", "a--b--b--c"));
  CHECK_FALSE(matches("a*b*c", "a--c--b"));
  CHECK(matches("a**b", "ab"));
  CHECK_FALSE(matches("ab*ba", "aba"));
  CHECK(matches("*a*a*a*", std::string(20000, 'a').c_str()));
  CHECK_FALSE(matches("*a*a*b", std::string(20000, 'a').c_str()));
}

TEST_CASE("deny beats allow, whatever their order", "[policy]") {
  const auto allow = rule("allow", "exec"), deny = rule("deny", "exec", {{"command", "rm *"}});
  for (const auto& rules : {std::vector{allow, deny}, std::vector{deny, allow}}) {
    CHECK(decide(rules, call("exec", {{"command", "rm -rf /"}})) == Decision::deny);
    CHECK(decide(rules, call("exec", {{"command", "ls"}})) == Decision::allow);
  }
}

TEST_CASE("a rule's arguments must all be there and match; others do not matter", "[policy]") {
  const std::vector rules = {rule("allow", "fetch", {{"host", "*.example"}, {"port", "443"}})};
  CHECK(decide(rules, call("fetch", {{"host", "a.example"}, {"port", "443"}, {"path", "/"}})) == Decision::allow);
  CHECK(decide(rules, call("fetch", {{"host", "a.example"}})) == Decision::ask);
  CHECK(decide(rules, call("fetch", {{"host", "a.example"}, {"port", "80"}})) == Decision::ask);
  CHECK(policy::argument_text(JsonDocument::parse("443")->root()) == "443");
  CHECK(policy::argument_text(JsonDocument::parse("true")->root()) == "true");
  CHECK(policy::argument_text(JsonDocument::parse(R"({"a":[1,2]})")->root()) == R"({"a":[1,2]})");
}

TEST_CASE("both spellings of an MCP tool meet the rules of the other", "[policy]") {
  for (const char* pattern : {"mcp:github:create_issue", "mcp_github_create_issue", "mcp:github:*", "mcp_github_*"})
    for (const char* tool : {"mcp:github:create_issue", "mcp_github_create_issue"}) {
      INFO(pattern << " " << tool);
      CHECK(decide({rule("deny", pattern)}, call(tool)) == Decision::deny);
    }
  // A server's name may hold an underscore: with colons nothing is confused.
  CHECK(decide({rule("allow", "mcp:a:*")}, call("mcp:a_b:c")) == Decision::ask);
  CHECK(decide({rule("allow", "mcp:a:b")}, call("mcp:b:a")) == Decision::ask);
}

TEST_CASE("without a rule", "[policy]") {
  for (const char* tool : {"manage_mcp", "mcp_x_y", "mcp:x:y", "exec", "write_file", "edit_file", "delete_file", "something_else"})
    CHECK(decide({}, call(tool)) == Decision::ask);
  for (const char* tool : {"read_file", "list_dir", "ask_approval"}) CHECK(decide({}, call(tool)) == Decision::allow);
  CHECK(decide({}, call("exec", {}, "cron")) == Decision::ask);
  CHECK(decide({}, call("exec", {}, "cron"), {.enabled = true, .skip_cron = true}) == Decision::allow);
  CHECK(decide({}, call("exec", {}, "api"), {.enabled = true, .skip_cron = true}) == Decision::ask);
  CHECK(decide({rule("deny", "exec")}, call("exec", {}, "cron"), {.enabled = true, .skip_cron = true}) == Decision::deny);
  CHECK(decide({rule("deny", "*")}, call("exec"), {.enabled = false, .skip_cron = false}) == Decision::allow);
  CHECK(decide({rule("deny", "read_file")}, call("read_file")) == Decision::deny);
}

TEST_CASE("the verdict names the rule and the reason", "[policy]") {
  const RuleSet rules({rule("allow", "exec"), rule("deny", "exec", {{"command", "rm *"}}), rule("deny", "*", {{"command", "*"}})});
  const auto verdict = rules.decide({}, call("exec", {{"command", "rm x"}}));
  REQUIRE(verdict.rule == &rules.rules()[1]);
  CHECK(verdict.why.find("deny exec command=rm *") != std::string::npos);
  CHECK(rules.decide({}, call("exec")).rule == &rules.rules()[0]);
}

TEST_CASE("unknown arguments make a verdict uncertain only where a rule asks for them", "[policy]") {
  ToolCall unknown = call("exec");
  unknown.arguments_known = false;
  CHECK_FALSE(RuleSet({rule("deny", "exec", {{"command", "rm *"}})}).decide({}, unknown).certain);
  CHECK_FALSE(RuleSet({rule("allow", "exec", {{"command", "ls"}})}).decide({}, unknown).certain);
  CHECK_FALSE(RuleSet({rule("allow", "exec"), rule("deny", "exec", {{"command", "rm *"}})}).decide({}, unknown).certain);
  CHECK(RuleSet({rule("deny", "exec"), rule("deny", "exec", {{"command", "rm *"}})}).decide({}, unknown).certain);
  CHECK(RuleSet({rule("deny", "other", {{"command", "rm *"}})}).decide({}, unknown).certain);
}

TEST_CASE("a thousand rules", "[.bench][policy]") {
  for (const std::size_t count : {100, 1000}) {
    std::vector<PolicyRule> rules;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      if (i % 2 == 0) rules.push_back(rule("allow", "tool_" + n, {{"path", "a/" + n + "/*"}}));
      else rules.push_back(rule("deny", "mcp:server" + n + ":*", {{"command", "*rm*" + n}}));
    }
    const RuleSet set(std::move(rules));
    const ToolCall one = call("mcp:server777:delete", {{"command", "please rm -rf 777"}});
    const auto begin = std::chrono::steady_clock::now();
    constexpr int kTimes = 2000;
    int denied = 0;
    for (int i = 0; i < kTimes; ++i) denied += set.decide({}, one).decision == Decision::deny ? 1 : 0;
    const auto spent = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / kTimes;
    WARN(count << " rules: " << spent << " us a decision");
    CHECK(denied == (count == 1000 ? kTimes : 0));
  }
}
