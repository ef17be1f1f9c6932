// facioctl policy allow, deny, remove, test.
#include "cli/command_line/client.hpp"

#include <algorithm>

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

/// policy remove: by --action and --tool, or by `allow|deny TOOL`.
Result<int> remove(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto words = invocation.values.find("rule");
  JsonDocument body = JsonDocument::object();
  if (invocation.has_body && !invocation.body.root().is_null()) body.merge(invocation.body.root());
  if (words != invocation.values.end()) {
    if (words->second.size() != 2 || body.root().get("action") || body.root().get("tool"))
      return fail(Code::usage, "`policy remove` needs the action and the tool of one rule",
                  "facioctl policy remove deny exec --param NAME=VALUE");
    if (std::ranges::find(kPolicyActions, words->second[0]) == std::end(kPolicyActions))
      return fail_field(Code::usage, "ACTION", "ACTION: '" + printable(words->second[0]) + "' is not one of allow, deny");
    body.set_string("action", words->second[0]);
    body.set_string("tool", words->second[1]);
  }
  for (const char* name : {"action", "tool"})
    if (!body.root().get(name))
      return fail(Code::usage, std::string("--") + name + " is required: which rule to remove", "facioctl policy remove deny exec");
  auto rule = from_json<PolicyRule>(body.root());
  if (!rule) return fail(Code::usage, rule.error().message());
  if (auto status = client.confirm("Remove the rule " + printable(describe(*rule))); !status) return fail(std::move(status.error()));
  return with_reply(client, client.request_to("policy.remove", {}, body.dump()),
                    [&](const Response& response) { return print_reply(client, response); });
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
