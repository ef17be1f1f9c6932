// facioctl doctor: looks at this machine and at each context, and tells all that it found.
#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/local/doctor/report.hpp"

namespace facio::doctor {
namespace {

/// What is meant by the arguments: each a choice of its own.
Result<std::vector<TargetChoice>> choices_of(Client& client, const Result<Config>& config) {
  const Invocation& invocation = client.invocation();
  const TargetChoice& given = invocation.global.target;
  const auto named = [&](const std::string& name) {
    TargetChoice one;
    one.context = name;
    one.own_token = true;
    return one;
  };
  std::vector<TargetChoice> choices;
  if (const auto names = invocation.values.find("contexts"); names != invocation.values.end()) {
    if (!given.context.empty() || !given.url.empty()) return fail(Code::usage, "CONTEXT excludes --context and --url; give one of them");
    for (const std::string& name : names->second) {
      if (config && config->find(name) == nullptr)
        return fail(Code::not_found, "there is no context '" + printable(name) + "' in " + config->path, "facioctl context list");
      choices.push_back(named(name));
    }
    return choices;
  }
  const Environment& environment = client.environment();
  const bool said = !given.context.empty() || !given.url.empty() || !environment.get("FACIOCTL_URL").empty() ||
                    !environment.get("FACIOCTL_CONTEXT").empty();
  if (said || !config || config->contexts.empty()) return std::vector<TargetChoice>{given};
  for (const Context& one : config->contexts) choices.push_back(named(one.name));
  return choices;
}

void examine(Client& client, const TargetChoice& choice, const Config& config, bool mend, CheckList& list) {
  Invocation invocation;
  invocation.endpoint = client.invocation().endpoint;
  invocation.global = client.invocation().global;
  invocation.global.target = choice;
  invocation.global.quiet = true;
  invocation.global.dry_run = invocation.global.curl = false;
  const auto target = resolve_target(choice, config, client.environment(), client.streams().in, false);
  if (!target) {
    Report report(list, choice.context);
    return add_failure(report, "config.context", "error", target.error());
  }
  const Context& context = target->context;
  Report report(list, context.name.empty() ? context.url : context.name);
  look_at_token(*target, mend, report);
  if (!look_at_network(context, report)) return;
  Client agent(invocation, client.streams(), client.environment());
  look_at_agent(agent, context, report);
}

std::size_t rank(const Check& check) {
  return static_cast<std::size_t>(std::ranges::find(kCheckSeverities, std::string_view(check.severity)) - std::begin(kCheckSeverities));
}

}  // namespace

Result<int> run(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string path = config_path(client.environment(), invocation.global.config);
  const auto config = load_config(path, client.environment());
  const auto choices = choices_of(client, config);
  if (!choices) return fail(choices.error());
  const bool mend = invocation.value("fix") == "true" && !invocation.global.only_shows();
  CheckList list;
  Report machine(list, {});
  look_at_machine(client, mend, machine);
  if (config)
    for (const TargetChoice& choice : *choices) examine(client, choice, *config, mend, list);
  std::ranges::stable_sort(list.checks, {}, rank);
  const bool failed = std::ranges::any_of(list.checks, [](const Check& one) { return one.severity == "error"; });
  if (invocation.value("problems") == "true") std::erase_if(list.checks, [](const Check& one) { return one.severity == "ok"; });
  if (auto status = render(*invocation.endpoint, to_json(list), invocation.global.output, client.streams()); !status)
    return fail(std::move(status.error()));
  return failed ? info(Code::partial).exit : 0;
}

}  // namespace facio::doctor
