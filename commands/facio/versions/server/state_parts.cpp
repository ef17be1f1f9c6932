#include "commands/facio/versions/server/state_parts.hpp"

#include <algorithm>
#include <numeric>

#include "cli/core/shape_json.hpp"
#include "commands/facio/policy/server/service.hpp"

namespace facio::serve {
namespace {

/// `line`: a line feed and the indentation of the value's own line.
void append_canonical(std::string& out, JsonRef value, const std::string& line) {
  const bool object = value.is(JsonKind::object);
  if (value.size() == 0) {
    out += value.dump();
    return;
  }
  std::vector<std::size_t> order(value.size());
  std::iota(order.begin(), order.end(), 0U);
  if (object) std::ranges::sort(order, {}, [&](std::size_t i) { return value.name_at(i); });
  char separator = object ? '{' : '[';
  for (const std::size_t i : order) {
    out += std::exchange(separator, ',') + line + "  ";
    if (object) {
      append_json_string(out, value.name_at(i));
      out += ": ";
    }
    append_canonical(out, value.at(i), line + "  ");
  }
  out += line + (object ? '}' : ']');
}

Result<std::string> canonical(std::string_view json) {
  auto document = JsonDocument::parse(json);
  if (!document) return fail(Code::internal, "a part of the state cannot be read: " + document.error().message());
  return canonical_json(document->root());
}

/// The settings without what is secret, derived from a secret, or the same for every agent.
Result<std::string> settings_text(std::string_view json) {
  auto document = JsonDocument::parse(json);
  if (!document) return fail(Code::internal, "the settings cannot be read: " + document.error().message());
  for (const char* name : {"options", "changes", "restart_needed", "browser.proxy", "browser.proxy_set"}) document->erase(name);
  return canonical_json(document->root());
}

/// The jobs by id, without their run state.
Result<std::string> cron_text(std::vector<CronJob> jobs) {
  std::ranges::sort(jobs, {}, &CronJob::id);
  auto document = JsonDocument::parse(to_json(jobs));
  if (!document) return fail(std::move(document.error()));
  std::string items = "[";
  for (std::size_t i = 0; i < document->root().size(); ++i) {
    JsonDocument job = JsonDocument::object();
    for (std::size_t k = 0; k < document->root().at(i).size(); ++k) {
      const JsonRef value = document->root().at(i).at(k);
      if (document->root().at(i).name_at(k) != "state" && !value.is_null()) job.set(document->root().at(i).name_at(k), value);
    }
    items += (i == 0 ? "" : ",") + job.dump();
  }
  return canonical(items + "]");
}

/// The change of settings that restores a recorded document.
Result<JsonDocument> settings_patch(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (!document) return document;
  JsonDocument patch = JsonDocument::object();
  for (const char* section : {"basic", "advanced"}) patch.merge(document->root().get(section));
  for (const char* section : {"browser", "self_improvement"})
    if (const JsonRef part = document->root().get(section)) patch.set(section, part);
  for (const char* secret : {"browser.proxy", "browser.proxy_set"}) patch.erase(secret);
  return patch;
}

Result<std::vector<CronJob>> cron_jobs(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (!document) return fail(std::move(document.error()));
  std::vector<CronJob> jobs;
  for (std::size_t i = 0; i < document->root().size(); ++i) {
    auto complete = JsonDocument::object();
    complete.set_json("state", "{}");
    complete.merge(document->root().at(i));
    auto job = from_json<CronJob>(complete.root());
    if (!job) return fail(std::move(job.error()));
    jobs.push_back(std::move(*job));
  }
  return jobs;
}

/// The rules in a fixed order, so that the same rules give the same text.
Result<std::string> policy_text(std::vector<PolicyRule> rules) {
  std::ranges::sort(rules, {}, [](const PolicyRule& rule) { return policy::describe(rule); });
  return canonical("{\"rules\":" + to_json(rules) + "}");
}

Result<std::vector<PolicyRule>> policy_rules(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (!document) return fail(std::move(document.error()));
  std::vector<PolicyRule> rules;
  if (auto status = read_json(document->root().get("rules"), rules, "rules"); !status) return fail(std::move(status.error()));
  return rules;
}

tl::unexpected<Error> not_restorable(std::string_view file, const Error& why) {
  return fail(Code::rejected, "the version's " + std::string(file) + " cannot be restored: " + why.message());
}

}  // namespace

std::string canonical_json(JsonRef value) {
  std::string out;
  append_canonical(out, value, "\n");
  return out += '\n';
}

Result<StateTexts> StateParts::texts(std::string_view agent) const {
  auto document = settings.document(agent);
  if (!document) return fail(std::move(document.error()));
  auto settings_now = settings_text(*document);
  if (!settings_now) return fail(std::move(settings_now.error()));
  auto jobs = cron.jobs(agent);
  if (!jobs) return fail(std::move(jobs.error()));
  auto cron_now = cron_text(std::move(*jobs));
  if (!cron_now) return fail(std::move(cron_now.error()));
  auto rules = policy.rules(agent);
  if (!rules) return fail(std::move(rules.error()));
  auto policy_now = policy_text((*rules)->rules());
  if (!policy_now) return fail(std::move(policy_now.error()));
  return StateTexts{.cron = std::move(*cron_now), .policy = std::move(*policy_now), .settings = std::move(*settings_now)};
}

Result<StateParts::Restored> StateParts::restore(store::Transaction& tx, std::string_view agent, const StateTexts& texts,
                                                 const std::vector<CronJob>& present) const {
  Restored restored;
  if (!texts.settings.empty()) {
    auto patch = settings_patch(texts.settings);
    if (!patch) return not_restorable("state/settings.json", patch.error());
    auto change = settings.change(tx, agent, patch->root());
    if (!change) return not_restorable("state/settings.json", change.error());
    restored.settings = std::move(*change);
  }
  if (!texts.cron.empty()) {
    auto wanted = cron_jobs(texts.cron);
    if (!wanted) return not_restorable("state/cron.json", wanted.error());
    auto jobs = cron.restore(tx, agent, present, std::move(*wanted));
    if (!jobs) return not_restorable("state/cron.json", jobs.error());
    restored.cron = std::move(*jobs);
  }
  if (!texts.policy.empty()) {
    auto rules = policy_rules(texts.policy);
    if (!rules) return not_restorable("state/policy.json", rules.error());
    if (auto status = policy.replace(tx, agent, *rules); !status) return fail(std::move(status.error()));
    restored.policy = true;
  }
  return restored;
}

void StateParts::publish(std::string_view agent, const Restored& restored) const {
  settings.publish(agent, restored.settings);
  if (restored.policy) policy.changed(agent);
  for (const std::string& id : restored.cron.removed) cron.announce_removed(agent, id);
  for (const CronJob& job : restored.cron.changed) cron.announce(agent, job);
}

}  // namespace facio::serve
