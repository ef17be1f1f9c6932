// facioctl doctor: examines this machine and each context.
#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "commands/local/context/say.hpp"
#include "commands/local/doctor/report.hpp"

namespace facio::doctor {
namespace {

/// The targets that the arguments mean.
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
  const std::vector<std::string> names = invocation.all("contexts");
  if (!names.empty() && (!given.context.empty() || !given.url.empty()))
    return fail(Code::usage, "CONTEXT cannot be combined with --context or --url; give one of them");
  for (const std::string& name : names) {
    if (config && config->find(name) == nullptr) return unknown_context(name, *config);
    choices.push_back(named(name));
  }
  if (!names.empty()) return choices;
  const Environment& environment = client.environment();
  const bool chosen = !given.context.empty() || !given.url.empty() || !environment.get(Variable::facioctl_url).empty() ||
                      !environment.get(Variable::facioctl_context).empty();
  if (chosen || !config || config->contexts.empty()) return std::vector<TargetChoice>{given};
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
    Report(list, choice.context).add("config.context", "error", target.error());
    return;
  }
  const Context& context = target->context;
  Report report(list, context.name.empty() ? context.url : context.name);
  look_at_token(*target, mend, report);
  const Environment* proxies = client.invocation().global.no_proxy ? nullptr : &client.environment();
  if (!look_at_network(context, proxies, report)) return;
  Client agent(invocation, client.streams(), client.environment());
  look_at_agent(agent, report);
}

std::size_t rank(const Check& check) {
  return static_cast<std::size_t>(std::ranges::find(kCheckSeverities, std::string_view(check.severity)) - std::begin(kCheckSeverities));
}

}  // namespace

Result<int> run(Client& client) {
  const Invocation& invocation = client.invocation();
  const bool mend = invocation.value("fix") == "true" && !invocation.global.only_shows();
  CheckList list;
  Report machine(list, {});
  look_at_mode_of_config(client, mend, machine);  // first: a configuration that others may change is not read
  const auto config = client.config();
  const auto choices = choices_of(client, config);
  if (!choices) return fail(choices.error());
  look_at_machine(client, mend, machine);
  if (config)
    for (const TargetChoice& choice : *choices) examine(client, choice, *config, mend, list);
  std::ranges::stable_sort(list.checks, {}, rank);
  const bool failed = std::ranges::any_of(list.checks, [](const Check& one) { return one.severity == "error"; });
  if (invocation.value("problems") == "true") std::erase_if(list.checks, [](const Check& one) { return one.severity == "ok"; });
  return exit_code(print_own(client, to_json(list)), failed ? info(Code::partial).exit : 0);
}

}  // namespace facio::doctor
