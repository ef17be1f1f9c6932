// What people type: command lines, and rules of the policy.
#include "cli/core/json.hpp"
#include "commands/facio/policy/rules.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/unit/cli/command_line/rig.hpp"

namespace facio::fuzz {
namespace {

/// One argument a line. Files are not read: a device would be waited for.
void take_command(std::string_view bytes) {
  std::vector<std::string_view> words;
  while (!bytes.empty() && words.size() < 64) {
    const std::string_view word = take_line(bytes);
    if (word.find('/') != std::string_view::npos || word.find('\0') != std::string_view::npos) return;
    words.push_back(word);
  }
  const auto invocation = test::parse(words, "{}");
  if (!invocation) {
    require(!invocation.error().message().empty(), "a refusal says why");
    return;
  }
  if (const auto request = build_request(*invocation))
    require(!request->has_body || JsonDocument::parse(request->body).has_value() || request->body.empty(), "a body is JSON");
}

/// A rule's tool and the pattern of its argument, then the tool and the argument of a call.
void take_policy(std::string_view bytes) {
  PolicyRule rule;
  rule.action = "deny";
  rule.tool = take_line(bytes);
  rule.params["path"] = take_line(bytes);
  const policy::ToolCall call{.tool = std::string(take_line(bytes)), .arguments = {{"path", std::string(bytes)}}, .origin = {}};
  const policy::RuleSet rules({rule});
  const policy::Verdict verdict = rules.decide({}, call);
  require(!verdict.why.empty(), "a decision says why");
  if (rule.tool == call.tool && rule.params["path"] == call.arguments.at("path") && rule.tool.find('*') == std::string::npos &&
      rule.params["path"].find('*') == std::string::npos)
    require(verdict.decision == policy::Decision::deny, "a rule without wildcards denies what is equal to it");
}

constexpr Target kCommands[] = {{"command", take_command}, {"policy", take_policy}};

}  // namespace

std::span<const Target> command_targets() { return kCommands; }

}  // namespace facio::fuzz
