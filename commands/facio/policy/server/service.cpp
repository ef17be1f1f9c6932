#include "commands/facio/policy/server/service.hpp"

#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr std::string_view kPolicyRules = "policy_rule";
constexpr std::size_t kMostParams = 64;
constexpr std::size_t kMostValue = 4096;

/// What makes two rules the same.
std::string id_of(const PolicyRule& rule) { return rule.action + "\n" + rule.tool + "\n" + to_json(rule.params); }

Status check(const PolicyAdd& rule) {
  if (!rule.params) return {};
  if (rule.params->size() > kMostParams)
    return fail_field(Code::rejected, "params", "params: a rule has at most " + std::to_string(kMostParams) + " arguments");
  for (const auto& [name, value] : *rule.params) {
    if (name.empty()) return fail_field(Code::rejected, "params", "params: an argument needs a name");
    if (name.size() > kMostValue || value.size() > kMostValue)
      return fail_field(Code::rejected, "params." + name.substr(0, 64),
                        "params." + name.substr(0, 64) + ": must be at most " + std::to_string(kMostValue) + " bytes long");
  }
  return {};
}

/// Tells which rule, and of its arguments the names alone.
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

Result<std::vector<PolicyRule>> read_rules(const std::vector<store::Document>& documents) {
  std::vector<PolicyRule> rules;
  rules.reserve(documents.size());
  for (const store::Document& document : documents) {
    auto rule = from_json<PolicyRule>(document.json);
    if (!rule) return fail(Code::internal, "a stored rule cannot be read: " + rule.error().message());
    rules.push_back(std::move(*rule));
  }
  std::ranges::stable_sort(rules, [](const PolicyRule& a, const PolicyRule& b) { return a.added_at < b.added_at; });
  return rules;
}

}  // namespace

Result<PolicyRule> rule_to_remove(std::string_view action, std::string_view tool, std::map<std::string, std::string> params) {
  if (action.empty()) return fail_field(Code::rejected, "action", "action: is required, as allow or deny");
  if (tool.empty()) return fail_field(Code::rejected, "tool", "tool: is required");
  return PolicyRule{.action = std::string(action), .tool = std::string(tool), .params = std::move(params), .added_at = {}, .added_by = {}};
}

// ---------------------------------------------------------------------------------------------------------- reads

Result<std::shared_ptr<const policy::RuleSet>> PolicyService::rules(std::string_view agent) {
  std::uint64_t version = 0;
  {
    const std::lock_guard guard(mutex_);
    Kept& kept = kept_.try_emplace(std::string(agent), Kept{.version = 1}).first->second;
    if (kept.read == kept.version) return kept.rules;
    version = kept.version;  // a change that comes while reading makes what was read old at once
  }
  auto documents = base_.store.documents().list(agent, kPolicyRules);
  if (!documents) return fail(std::move(documents.error()));
  auto rules = read_rules(*documents);
  if (!rules) return fail(std::move(rules.error()));
  auto held = std::make_shared<const policy::RuleSet>(std::move(*rules));
  const std::lock_guard guard(mutex_);
  Kept& kept = kept_.find(agent)->second;
  if (kept.read < version) {
    kept.rules = held;
    kept.read = version;
  }
  return held;
}

void PolicyService::changed(std::string_view agent) {
  const std::lock_guard guard(mutex_);
  ++kept_.try_emplace(std::string(agent), Kept{.version = 1}).first->second.version;
}

PolicySettings PolicyService::switches(std::string_view agent) {
  const auto settings = base_.settings.current(agent);
  return {.enabled = settings->advanced.policy_enabled, .skipCron = settings->advanced.policy_skip_cron};
}

Result<std::string> PolicyService::state(std::string_view agent) {
  auto held = rules(agent);
  if (!held) return fail(std::move(held.error()));
  const PolicySettings now = switches(agent);
  std::string body = to_json(PolicyState{
      .enabled = now.enabled, .skipCron = now.skipCron, .path = base_.memory ? ":memory:" : base_.data + "/facio.db", .rules = {}});
  body.resize(body.size() - 2);  // the end of the empty list
  for (const PolicyRule& rule : (*held)->rules()) {
    if (&rule != &(*held)->rules().front()) body += ',';
    write_json(body, rule);
  }
  return body + "]}";
}

Result<policy::Verdict> PolicyService::decide(std::string_view agent, const policy::ToolCall& call) {
  auto held = rules(agent);
  if (!held) return fail(std::move(held.error()));
  const PolicySettings now = switches(agent);
  policy::Verdict verdict = (*held)->decide({.enabled = now.enabled, .skip_cron = now.skipCron}, call);
  verdict.rule = nullptr;  // the rules may go before the verdict does; `why` names the one
  return verdict;
}

// --------------------------------------------------------------------------------------------------------- changes

Result<PolicyAdded> PolicyService::add(store::Transaction& tx, std::string_view agent, const PolicyAdd& wanted) {
  if (auto status = check(wanted); !status) return fail(std::move(status.error()));
  PolicyRule rule{.action = wanted.action,
                  .tool = wanted.tool,
                  .params = wanted.params.value_or(std::map<std::string, std::string>{}),
                  .added_at = format_rfc3339(base_.clock.now_ms()),
                  .added_by = wanted.addedBy};
  const std::string id = id_of(rule);
  auto stored = tx.get_document(agent, kPolicyRules, id);
  if (!stored) return fail(std::move(stored.error()));
  if (*stored) {
    auto known = from_json<PolicyRule>(**stored);
    if (!known) return fail(Code::internal, "a stored rule cannot be read: " + known.error().message());
    return PolicyAdded{.rule = std::move(*known), .created = false};
  }
  if (auto status = tx.save_document(agent, kPolicyRules, id, to_json(rule)); !status) return fail(std::move(status.error()));
  if (auto status = note(tx, agent, "added", rule); !status) return fail(std::move(status.error()));
  return PolicyAdded{.rule = std::move(rule), .created = true};
}

Result<PolicyRemoved> PolicyService::remove(store::Transaction& tx, std::string_view agent, const PolicyRule& rule) {
  auto erased = tx.erase_document(agent, kPolicyRules, id_of(rule));
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
  auto stored = tx.list_documents(agent, kPolicyRules);
  if (!stored) return fail(std::move(stored.error()));
  auto before = read_rules(*stored);
  if (!before) return fail(std::move(before.error()));
  std::map<std::string, const PolicyRule*> wanted;
  for (const PolicyRule& rule : rules) wanted.emplace(id_of(rule), &rule);
  for (const PolicyRule& rule : *before) {
    if (wanted.erase(id_of(rule)) != 0) continue;  // stays
    auto removed = remove(tx, agent, rule);
    if (!removed) return fail(std::move(removed.error()));
  }
  for (const auto& [id, rule] : wanted) {
    if (auto status = tx.save_document(agent, kPolicyRules, id, to_json(*rule)); !status) return status;
    if (auto status = note(tx, agent, "added", *rule); !status) return status;
  }
  return {};
}

Result<SettingsChange> PolicyService::set(store::Transaction& tx, std::string_view agent, JsonRef body) {
  JsonDocument patch = JsonDocument::object();
  if (const JsonRef enabled = body.get("enabled"); !enabled.is_null()) patch.set_boolean("policy_enabled", enabled.boolean());
  if (const JsonRef skip = body.get("skipCron"); !skip.is_null()) patch.set_boolean("policy_skip_cron", skip.boolean());
  if (patch.root().size() == 0) return fail_field(Code::rejected, "body", "body: give enabled or skipCron, or both");
  return base_.settings.change(tx, agent, patch.root());
}

PolicySettings PolicyService::publish(std::string_view agent, const SettingsChange& change) {
  base_.settings.publish(agent, change);
  return switches(agent);
}

}  // namespace facio
