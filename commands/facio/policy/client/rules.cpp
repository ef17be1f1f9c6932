#include "commands/facio/policy/client/rules.hpp"

#include "cli/command_line/sources.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"

namespace facio::policy {
namespace {

constexpr std::size_t kMostFileBytes = std::size_t{16} * 1024 * 1024;

/// One rule of a file; numbers and booleans among its arguments count as their text.
Result<PolicyRule> read_rule(JsonRef from, const std::string& where) {
  if (!from.is(JsonKind::object)) return fail(Code::usage, where + " must have action and tool");
  PolicyRule rule;
  for (const auto& [name, to] : {std::pair{"action", &rule.action}, std::pair{"tool", &rule.tool}}) {
    const JsonRef value = from.get(name);
    if (!value.is(JsonKind::string) || value.string().empty()) return fail(Code::usage, where + ": " + name + " is required");
    *to = value.string();
  }
  if (rule.action != "allow" && rule.action != "deny")
    return fail(Code::usage, where + ": action: \"" + printable(rule.action) + "\" is not one of allow, deny");
  const JsonRef params = from.get("params");
  if (params.is_null()) return rule;
  if (params.kind() != JsonKind::object) return fail(Code::usage, where + ": params must be a map from argument to value");
  for (std::size_t i = 0; i < params.size(); ++i) rule.params[std::string(params.name_at(i))] = argument_text(params.at(i));
  return rule;
}

Result<std::optional<bool>> read_switch(JsonRef from, const char* name, const std::string& where) {
  const JsonRef value = from.get(name);
  if (value.is_null()) return std::optional<bool>{};
  if (value.kind() != JsonKind::boolean) return fail(Code::usage, where + ": " + name + " must be true or false");
  return std::optional(value.boolean());
}

Result<Policy> read_policy(JsonRef document, const std::string& where) {
  Policy policy;
  const bool alone = document.is(JsonKind::array);
  const JsonRef rules = alone ? document : document.get("rules");
  if (!rules.is(JsonKind::array)) return fail(Code::usage, where + ": must have a list of rules: {rules: [{action: deny, tool: exec}]}");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto rule = read_rule(rules.at(i), where + ": rule " + std::to_string(i + 1));
    if (!rule) return fail(std::move(rule.error()));
    policy.rules.push_back(std::move(*rule));
  }
  if (alone) return policy;
  auto enabled = read_switch(document, "enabled", where);
  if (!enabled) return fail(std::move(enabled.error()));
  auto skip = read_switch(document, "skipCron", where);
  if (!skip) return fail(std::move(skip.error()));
  policy.enabled = *enabled;
  policy.skip_cron = *skip;
  return policy;
}

}  // namespace

Result<Policy> policy_of_agent(Client& client) {
  auto reply = client.ask("policy.list");
  if (!reply) return fail(std::move(reply.error()));
  auto policy = read_policy(reply->root(), "the agent's policy");
  if (!policy) return fail(Code::server, policy.error().message());
  return policy;
}

Result<Policy> policy_of_file(Client& client, const std::string& path) {
  Sources sources{client.streams(), client.environment()};
  auto document = read_document(sources, path, kMostFileBytes, "FILE");
  if (!document) return fail(std::move(document.error()));
  return read_policy(document->root(), path == "-" ? "standard input" : printable(path));
}

Result<std::map<std::string, std::string>> arguments_of(const Invocation& invocation, std::string_view flag) {
  std::map<std::string, std::string> arguments;
  const auto given = invocation.values.find(flag);
  if (given == invocation.values.end()) return arguments;
  const std::string name = "--" + std::string(flag);
  for (const std::string& text : given->second) {
    const auto equal = text.find('=');
    if (equal == std::string::npos || equal == 0)
      return fail_field(Code::usage, name, name + ": '" + printable(text) + "': expected NAME=VALUE");
    if (!arguments.emplace(text.substr(0, equal), text.substr(equal + 1)).second)
      return fail_field(Code::usage, name, name + ": " + printable(text.substr(0, equal)) + " is given twice");
  }
  return arguments;
}

}  // namespace facio::policy
