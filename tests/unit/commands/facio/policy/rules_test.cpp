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

TEST_CASE("paths of file tools are compared as the tools use them", "[policy]") {
  const std::vector rules = {rule("allow", "write_file"), rule("deny", "write_file", {{"path", "mcp.json"}}),
                             rule("deny", "write_file", {{"path", "./secret/*"}})};
  for (const char* path :
       {"mcp.json", "./mcp.json", ".//mcp.json", "a/../mcp.json", "mcp.json/", "secret/x", "secret//x", "./a/../secret/x"})
    CHECK(decide(rules, call("write_file", {{"path", path}})) == Decision::deny);
  for (const char* path : {"mcp.jsonx", "a/mcp.json", "secret", "MCP.json"})
    CHECK(decide(rules, call("write_file", {{"path", path}})) == Decision::allow);
  ToolCall folded = call("write_file", {{"path", "MCP.json"}});
  folded.any_case = true;
  CHECK(decide(rules, folded) == Decision::deny);
  ToolCall linked = call("write_file", {{"path", "open/x"}});
  linked.real_path = "secret/x";
  CHECK(decide(rules, linked) == Decision::deny);
  const std::vector only = {rule("allow", "write_file", {{"path", "open/*"}})};
  CHECK(decide(only, linked) == Decision::ask);
  linked.real_path.clear();
  CHECK(decide(only, linked) == Decision::allow);
  // Of other tools the text counts.
  CHECK(decide({rule("deny", "mcp:x:y", {{"path", "./a"}})}, call("mcp:x:y", {{"path", "a"}})) == Decision::ask);
}

TEST_CASE("what may not be read may not be given away", "[policy]") {
  const std::vector rules = {rule("allow", "answer"), rule("deny", "read_file", {{"path", "secret/*"}})};
  CHECK(decide(rules, call("answer", {{"path", "./secret/x"}})) == Decision::deny);
  CHECK(decide(rules, call("answer", {{"path", "open/x"}})) == Decision::allow);
  CHECK(decide({rule("deny", "read_file")}, call("answer", {{"state", "rejected"}})) == Decision::allow);
  CHECK(decide({rule("deny", "read_*")}, call("answer", {{"path", "x"}})) == Decision::deny);
  // To allow reading allows nothing else.
  CHECK(decide({rule("deny", "answer"), rule("allow", "read_file")}, call("answer", {{"path", "x"}})) == Decision::deny);
}

TEST_CASE("a list of programs allows single commands, and denies the rest", "[policy]") {
  const std::vector rules = {rule("allow", "exec", {{"programs", "git, ls"}})};
  for (const char* command : {"ls", " ls", "ls -l 'a b' \"c d\"", "git log --format=%H a..b", "\tls\t-a", "ls 'a;b' '$x' '`'"})
    CHECK(decide(rules, call("exec", {{"command", command}})) == Decision::allow);
  for (const char* command :
       {"rm x",  "true; ls", "ls; rm x", "ls\nrm x", "ls & rm x", "ls|sh",     "ls $(id)", "ls \"$(id)\"", "ls `id`",  "ls >x",
        "ls <x", "A=1 ls",   "/bin/ls",  "./ls",     "l's'",      "\"ls\"",    "ls *",     "ls ~",         "ls {a,b}", "ls #x",
        "! ls",  "(ls)",     "",         "ls 'a",    "\\ls",      "ls 'a\nb'", "lsx",      "git,ls"})
    CHECK(decide(rules, call("exec", {{"command", command}})) == Decision::deny);
  CHECK(decide(rules, call("exec")) == Decision::deny);
  CHECK(decide(rules, call("write_file", {{"path", "x"}})) == Decision::ask);
  CHECK(decide({rules.front(), rule("allow", "exec", {{"command", "make"}})}, call("exec", {{"command", "make"}})) == Decision::allow);
  CHECK(decide({rules.front(), rule("deny", "exec", {{"command", "ls x"}})}, call("exec", {{"command", "ls x"}})) == Decision::deny);
  CHECK(decide({rule("allow", "exec"), rule("deny", "exec", {{"programs", "rm"}})}, call("exec", {{"command", "true; rm x"}})) ==
        Decision::deny);
}

TEST_CASE("rules that hold less than they seem to are told of", "[policy]") {
  CHECK_FALSE(policy::weakness("deny", "exec", {{"command", "rm *"}}).empty());
  CHECK_FALSE(policy::weakness("allow", "exec", {{"command", "git status*"}}).empty());
  CHECK(policy::weakness("allow", "exec", {{"command", "git status"}}).empty());
  CHECK(policy::weakness("deny", "exec", {{"command", "*"}}).empty());
  CHECK(policy::weakness("deny", "exec", {}).empty());
  CHECK(policy::weakness("deny", "write_file", {{"path", "a*"}}).empty());
}
