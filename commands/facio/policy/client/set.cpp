// facioctl policy set: the switches, and with -f the rules as the file has them.
#include <algorithm>
#include <optional>

#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/policy/client/rules.hpp"

namespace facio::policy {
namespace {

bool is_same(const PolicyRule& one, const PolicyRule& other) {
  return one.action == other.action && one.tool == other.tool && one.params == other.params;
}

/// A rule as the body of a request that adds or removes it.
std::string body_of(const PolicyRule& rule) {
  std::string params;
  write_json(params, rule.params);
  return json_object("action", rule.action, "tool", rule.tool, "params", RawJson{params}).text;
}

/// The rules that only the first list has.
std::vector<PolicyRule> only_in(const std::vector<PolicyRule>& first, const std::vector<PolicyRule>& second) {
  std::vector<PolicyRule> found;
  for (const PolicyRule& rule : first)
    if (std::ranges::none_of(second, [&](const PolicyRule& other) { return is_same(rule, other); })) found.push_back(rule);
  return found;
}

Result<std::vector<PolicyRule>> wanted_rules(const std::vector<JsonDocument>& given) {
  std::vector<PolicyRule> rules;
  for (const JsonDocument& one : given) {
    auto rule = from_json<PolicyRule>(one.root());
    if (!rule) return fail(Code::usage, rule.error().message());
    rules.push_back(std::move(*rule));
  }
  return rules;
}

/// Adds before it removes, so that nothing is open in between that was closed before and after.
Status change_rules(Client& client, const std::vector<PolicyRule>& added, const std::vector<PolicyRule>& removed) {
  std::size_t done = 0;
  for (const auto* list : {&added, &removed})
    for (const PolicyRule& rule : *list) {
      const auto sent =
          client.request_to(list == &added ? "policy.add" : "policy.remove", {}, body_of(rule)).and_then([&](const Request& request) {
            return show_or_send(client, request);
          });
      if (!sent && done == 0) return fail(sent.error());
      if (!sent)
        return fail(Code::partial, std::to_string(done) + " of " + std::to_string(added.size() + removed.size()) +
                                       " changes were made, then: " + sent.error().message());
      ++done;
    }
  return note(client, std::to_string(added.size()) + (added.size() == 1 ? " rule" : " rules") + " added, " +
                          std::to_string(removed.size()) + " removed");
}

}  // namespace

Result<int> set(Client& client) {
  const Invocation& invocation = client.invocation();
  if (!invocation.each) return send_and_print(client);
  const auto wanted = wanted_rules(*invocation.each);
  if (!wanted) return fail(wanted.error());
  const Invocation asking = for_reading(invocation);
  Client reader(asking, client.streams(), client.environment());
  const auto now = policy_of_agent(reader);
  if (!now) return fail(now.error());
  const auto added = only_in(*wanted, now->rules), removed = only_in(now->rules, *wanted);
  if (!removed.empty())
    if (auto status = client.confirm("Remove " + std::to_string(removed.size()) + (removed.size() == 1 ? " rule" : " rules") +
                                     " that the file does not have");
        !status)
      return fail(std::move(status.error()));
  if (auto status = change_rules(client, added, removed); !status) return fail(std::move(status.error()));
  return invocation.body.root().size() == 0 ? Result<int>(0) : send_and_print(client);
}

}  // namespace facio::policy
