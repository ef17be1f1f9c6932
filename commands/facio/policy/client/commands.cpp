// facioctl policy allow, deny, remove, test.
#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/command_line/several.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/policy/client/rules.hpp"

namespace facio::policy {

/// Tells of a rule that holds less than it seems to.
Status warn_of_weakness(Client& client, std::string_view action, std::string_view tool, const std::map<std::string, std::string>& params) {
  const std::string weak = weakness(action, tool, params);
  return weak.empty() ? Status{} : note(client, "warning: " + weak);
}

/// policy add.
Result<int> add_rule(Client& client) {
  const JsonRef body = client.invocation().body.root();
  if (const auto rule = from_json<PolicyAdd>(body))
    if (auto status = warn_of_weakness(client, rule->action, rule->tool, rule->params.value_or(std::map<std::string, std::string>{}));
        !status)
      return fail(std::move(status.error()));
  return send_and_print(client);
}

/// policy allow, policy deny: the verb is the action.
Result<int> add(Client& client) {
  const Invocation& invocation = client.invocation();
  auto params = arguments_of(invocation, "param");
  if (!params) return fail(std::move(params.error()));
  PolicyAdd rule{.action = std::string(invocation.endpoint->verb()),
                 .tool = std::string(invocation.value("tool")),
                 .params = std::move(*params),
                 .addedBy = {}};
  if (rule.tool.find_first_not_of(" \t") == std::string::npos) return fail_field(Code::usage, "TOOL", "TOOL: must not be blank");
  if (invocation.given("added-by")) rule.addedBy = std::string(invocation.value("added-by"));
  if (auto status = warn_of_weakness(client, rule.action, rule.tool, *rule.params); !status) return fail(std::move(status.error()));
  return with_reply(client, client.request_to("policy.add", {}, to_json(rule)), [&](const Response& response) -> Result<int> {
    auto printed = print_reply(client, response);
    if (!printed || response.status != 200 || has_no_content(response)) return printed;
    return note(client, "this rule already exists; nothing changed").map([] { return 0; });
  });
}

namespace {

bool is_action(const std::string& word) { return std::ranges::find(kPolicyActions, word) != std::end(kPolicyActions); }

/// The rule that its tool alone names, or the beginning of the tool.
Result<PolicyRule> rule_of_tool(const Policy& policy, const std::string& tool) {
  std::vector<const PolicyRule*> exact, begun;
  for (const PolicyRule& rule : policy.rules) {
    if (rule.tool == tool) exact.push_back(&rule);
    else if (tool.size() >= 4 && rule.tool.starts_with(tool)) begun.push_back(&rule);
  }
  const auto& found = exact.empty() ? begun : exact;
  if (found.empty()) return fail(Code::not_found, "there is no rule for the tool '" + printable(tool) + "'", "facioctl policy list");
  if (found.size() == 1) return *found.front();
  std::string message = "'" + printable(tool) + "' matches " + std::to_string(found.size()) + " rules: ";
  for (const PolicyRule* rule : found) message += (rule == found.front() ? "" : ", ") + printable(describe(*rule));
  return fail(Code::usage, std::move(message), "facioctl policy remove deny exec --param NAME=VALUE");
}

Result<int> remove_rule(Client& client, const JsonDocument& body) {
  auto rule = from_json<PolicyRule>(body.root());
  if (!rule) return fail(Code::usage, rule.error().message());
  if (auto status = client.confirm("Remove the rule " + printable(describe(*rule))); !status) return fail(std::move(status.error()));
  return with_reply(client, client.request_to("policy.remove", {}, body.dump()),
                    [&](const Response& response) { return print_reply(client, response); });
}

/// Rules by their tools, as `policy list -o name` prints them.
Result<int> remove_by_tools(Client& client, const std::vector<std::string>& tools) {
  if (client.invocation().global.only_shows()) return only_show(client, "policy.list");
  const auto policy = policy_of_agent(client);
  if (!policy) return fail(policy.error());
  std::map<std::string, PolicyRule> rules;
  for (const std::string& tool : tools) {  // a word that means several is refused before anything is sent
    auto rule = rule_of_tool(*policy, tool);
    if (rule) rules.emplace(tool, std::move(*rule));
    else if (tools.size() == 1 || rule.error().code() == Code::usage) return fail(std::move(rule.error()));
    else if (tools.size() == 2 && tool == tools.front())  // more likely a misspelt action than a tool
      return fail_field(Code::usage, "ACTION",
                        "ACTION: '" + printable(tool) + "' is not one of allow, deny, and no rule is for a tool of this name");
  }
  const auto one = [&](const std::string& tool, Client& by) -> Result<int> {
    const auto rule = rules.find(tool);
    if (rule == rules.end()) return fail(Code::not_found, "there is no rule for this tool");
    JsonDocument body = JsonDocument::object();
    body.set_string("action", rule->second.action);
    body.set_string("tool", rule->second.tool);
    std::string params;
    write_json(params, rule->second.params);
    if (rule->second.params.empty()) return remove_rule(by, body);
    if (auto status = body.set_json("params", params); !status) return fail(std::move(status.error()));
    return remove_rule(by, body);
  };
  if (tools.size() == 1) return one(tools.front(), client);
  return do_each(client, tools, "were not removed", [&](const std::string& tool) { return one(tool, client); });
}

}  // namespace

/// policy remove: by --action and --tool, by `allow|deny TOOL`, or by tools alone.
Result<int> remove(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::vector<std::string> words = invocation.all("rule");
  JsonDocument body = JsonDocument::object();
  if (invocation.has_body && !invocation.body.root().is_null()) body.merge(invocation.body.root());
  if (!words.empty() && (body.root().get("action") || body.root().get("tool")))
    return fail(Code::usage, "`policy remove` needs the action and the tool of one rule",
                "facioctl policy remove deny exec --param NAME=VALUE");
  if (!words.empty() && is_action(words.front())) {
    if (words.size() != 2)
      return fail(Code::usage, "`policy remove` needs one tool after " + words.front(),
                  "facioctl policy remove " + words.front() + " TOOL");
    body.set_string("action", words[0]);
    body.set_string("tool", words[1]);
  } else if (!words.empty()) {
    if (body.root().get("params"))
      return fail(Error(Code::usage, "--param: needs the action of the rule as well")
                      .with_field("--param")
                      .with_hint("facioctl policy remove deny exec --param NAME=VALUE"));
    return remove_by_tools(client, words);
  }
  for (const char* name : {"action", "tool"})
    if (!body.root().get(name))
      return fail(Code::usage, std::string("--") + name + " is required: which rule to remove", "facioctl policy remove deny exec");
  return remove_rule(client, body);
}

Result<int> test(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string file(invocation.value("file"));
  auto arguments = arguments_of(invocation, "param");
  if (!arguments) return fail(std::move(arguments.error()));
  if (file.empty() && invocation.global.only_shows()) return only_show(client, "policy.list");
  auto policy = file.empty() ? policy_of_agent(client) : policy_of_file(client, file);
  if (!policy) return fail(std::move(policy.error()));
  const ToolCall call{
      .tool = std::string(invocation.value("tool")), .arguments = std::move(*arguments), .origin = std::string(invocation.value("origin"))};
  const Switches switches = policy->switches();
  const RuleSet rules(std::move(policy->rules));
  const Verdict verdict = rules.decide(switches, call);
  PolicyVerdict shown{.decision = std::string(name_of(verdict.decision)), .tool = call.tool, .rule = {}, .why = verdict.why};
  if (verdict.rule != nullptr) shown.rule = describe(*verdict.rule);
  if (auto status = print_as(client, *invocation.endpoint, to_json(shown), invocation.global.output); !status)
    return fail(std::move(status.error()));
  const bool tell = invocation.value("exit-code") == "true";
  return tell && verdict.decision != Decision::allow ? info(Code::different).exit : 0;
}

}  // namespace facio::policy
