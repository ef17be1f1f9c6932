#include "commands/facio/policy/server/service.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr std::string_view kPolicyRules = "policy_rule";
constexpr std::size_t kMostParams = 64, kMostValue = 4096;

/// What makes two rules the same.
std::string id_of(const PolicyRule& rule) { return rule.action + "\n" + rule.tool + "\n" + to_json(rule.params); }

Status check(const PolicyAdd& rule) {
  if (!rule.params) return {};
  if (const auto programs = rule.params->find(std::string(policy::kPrograms));
      rule.tool == policy::kExec && programs != rule.params->end()) {
    if (rule.action == "deny")
      return reject_field("params.programs",
                          "a list of programs can only allow: a shell has more ways to start one than a rule can describe");
    for (const std::string_view program : split(programs->second, ','))
      if (policy::only_program(trimmed(program)) != trimmed(program) || is_blank(program))
        return reject_field("params.programs", "must be names of programs, separated by commas, without paths: git,ls");
    if (rule.params->contains("command")) return reject_field("params.command", "and programs cannot be combined; omit one of them");
  }
  if (rule.params->size() > kMostParams) return reject_field("params", "a rule has at most " + std::to_string(kMostParams) + " arguments");
  for (const auto& [name, value] : *rule.params) {
    if (name.empty()) return reject_field("params", "an argument needs a name");
    if (name.size() > kMostValue || value.size() > kMostValue)
      return reject_field("params." + name.substr(0, 64), "must be at most " + std::to_string(kMostValue) + " bytes long");
  }
  return {};
}

/// Records a change of a rule; of its arguments only the names.
Status note(store::Transaction& tx, std::string_view agent, std::string_view word, const PolicyRule& rule) {
  std::vector<std::string> names;
  for (const auto& [name, value] : rule.params) names.push_back(name);
  std::string message = std::string(word) + " a rule: " + rule.action + " " + rule.tool;
  if (!names.empty()) message += " with " + std::to_string(names.size()) + (names.size() == 1 ? " argument" : " arguments");
  AuditEvent event = change_event("policy_change", std::move(message),
                                  event_details("change", word, "action", rule.action, "tool", rule.tool, "params", names));
  event.tool_name = rule.tool;
  return tx.append_audit(agent, std::move(event));
}

}  // namespace

Result<std::vector<PolicyRule>> PolicyService::read(const std::vector<store::Document>& documents) const {
  std::vector<PolicyRule> rules;
  for (const store::Document& document : documents) {
    auto rule = rules_.parse(document.id, document.json);
    if (!rule) return fail(std::move(rule.error()));
    rules.push_back(std::move(*rule));
  }
  std::ranges::stable_sort(rules, {}, &PolicyRule::added_at);
  return rules;
}

Result<std::shared_ptr<const policy::RuleSet>> PolicyService::rules(std::string_view agent) {
  std::uint64_t version = 0;
  {
    const std::lock_guard guard(mutex_);
    const Compiled& compiled = compiled_.try_emplace(std::string(agent)).first->second;
    if (compiled.read == compiled.version) return compiled.rules;
    version = compiled.version;  // a change during the read makes its result stale at once
  }
  auto read = rules_.list_json(agent).and_then([this](const auto& documents) { return this->read(documents); });
  if (!read) return fail(std::move(read.error()));
  auto rules = std::make_shared<const policy::RuleSet>(std::move(*read));
  const std::lock_guard guard(mutex_);
  Compiled& compiled = compiled_.find(agent)->second;
  if (compiled.read < version) {
    compiled.rules = rules;
    compiled.read = version;
  }
  return rules;
}

void PolicyService::changed(std::string_view agent) {
  const std::lock_guard guard(mutex_);
  ++compiled_.try_emplace(std::string(agent)).first->second.version;
}

PolicySettings PolicyService::switches(std::string_view agent) {
  const auto settings = base_.settings.current(agent);
  return {.enabled = settings->advanced.policy_enabled, .skipCron = settings->advanced.policy_skip_cron};
}

Result<PolicyState> PolicyService::state(std::string_view agent) {
  auto held = rules(agent);
  if (!held) return fail(std::move(held.error()));
  const PolicySettings now = switches(agent);
  return PolicyState{.enabled = now.enabled,
                     .skipCron = now.skipCron,
                     .path = base_.memory ? ":memory:" : base_.data + "/facio.db",
                     .rules = (*held)->rules()};
}

Result<policy::Verdict> PolicyService::decide(std::string_view agent, const policy::ToolCall& call) {
  auto held = rules(agent);
  if (!held) return fail(std::move(held.error()));
  const PolicySettings now = switches(agent);
  policy::Verdict verdict = (*held)->decide({.enabled = now.enabled, .skip_cron = now.skipCron}, call);
  verdict.rule = nullptr;  // may outlive the rules; `why` names the rule
  return verdict;
}

Result<PolicyAdded> PolicyService::add(store::Transaction& tx, std::string_view agent, const PolicyAdd& wanted) {
  if (auto status = check(wanted); !status) return fail(std::move(status.error()));
  PolicyRule rule{.action = wanted.action,
                  .tool = wanted.tool,
                  .params = wanted.params.value_or(std::map<std::string, std::string>{}),
                  .added_at = format_rfc3339(base_.clock.now_ms()),
                  .added_by = wanted.addedBy};
  const std::string id = id_of(rule);
  auto stored = rules_.find(tx, agent, id);
  if (!stored) return fail(std::move(stored.error()));
  if (*stored) return PolicyAdded{.rule = std::move(**stored), .created = false};
  if (auto status = rules_.save(tx, agent, id, rule); !status) return fail(std::move(status.error()));
  if (auto status = note(tx, agent, "added", rule); !status) return fail(std::move(status.error()));
  return PolicyAdded{.rule = std::move(rule), .created = true};
}

Result<PolicyRemoved> PolicyService::remove(store::Transaction& tx, std::string_view agent, const PolicyRule& rule) {
  auto erased = rules_.erase(tx, agent, id_of(rule));
  if (!erased) return fail(std::move(erased.error()));
  if (!*erased) return fail(Code::not_found, "there is no rule \"" + policy::describe(rule) + "\"", "facioctl policy list");
  if (auto status = note(tx, agent, "removed", rule); !status) return fail(std::move(status.error()));
  return PolicyRemoved{};
}

Result<PolicyCleared> PolicyService::clear(store::Transaction& tx, std::string_view agent) {
  auto count = tx.erase_documents(agent, kPolicyRules);
  if (!count) return fail(std::move(count.error()));
  if (*count == 0) return PolicyCleared{};
  AuditEvent event = change_event("policy_change", "removed every rule, " + std::to_string(*count) + " of them",
                                  event_details("change", "cleared", "rules", *count));
  if (auto status = tx.append_audit(agent, std::move(event)); !status) return fail(std::move(status.error()));
  return PolicyCleared{.deleted = *count};
}

Status PolicyService::replace(store::Transaction& tx, std::string_view agent, const std::vector<PolicyRule>& rules) {
  auto before = tx.list_documents(agent, kPolicyRules).and_then([this](const auto& documents) { return read(documents); });
  if (!before) return fail(std::move(before.error()));
  std::map<std::string, const PolicyRule*> wanted;
  for (const PolicyRule& rule : rules) wanted.emplace(id_of(rule), &rule);
  for (const PolicyRule& rule : *before) {
    if (wanted.erase(id_of(rule)) != 0) continue;  // unchanged
    auto removed = remove(tx, agent, rule);
    if (!removed) return fail(std::move(removed.error()));
  }
  for (const auto& [id, rule] : wanted) {
    if (auto status = rules_.save(tx, agent, id, *rule); !status) return status;
    if (auto status = note(tx, agent, "added", *rule); !status) return status;
  }
  return {};
}

Result<SettingsChange> PolicyService::set(store::Transaction& tx, std::string_view agent, JsonRef body) {
  JsonDocument patch = JsonDocument::object();
  if (const JsonRef enabled = body.get("enabled"); !enabled.is_null()) patch.set_boolean("policy_enabled", enabled.boolean());
  if (const JsonRef skip = body.get("skipCron"); !skip.is_null()) patch.set_boolean("policy_skip_cron", skip.boolean());
  if (patch.root().size() == 0) return reject_field("body", "give enabled or skipCron, or both");
  return base_.settings.change(tx, agent, patch.root());
}

PolicySettings PolicyService::publish(std::string_view agent, const SettingsChange& change) {
  base_.settings.publish(agent, change);
  return switches(agent);
}

}  // namespace facio
