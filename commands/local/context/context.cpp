// facioctl context list and show: named targets in the configuration file.
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/local/context/say.hpp"
#include "commands/local/context/shapes.hpp"

namespace facio::context {
namespace {

std::string token_place(const TokenSource& token) {
  if (!token.file.empty()) return "file " + token.file;
  if (!token.environment.empty()) return "environment " + token.environment;
  if (!token.exec.empty()) return "program " + token.exec.front();
  if (!token.keyring.empty()) return "keyring " + token.keyring;
  return {};
}

ContextView view_of(const Context& context, const Config& config) {
  return {.name = context.name,
          .current = !context.name.empty() && context.name == config.current,
          .kind = context.kind,
          .url = redacted_url(context.url),
          .agent = context.agent,
          .token = token_place(context.token),
          .ca = context.ca,
          .cert = context.cert,
          .output = context.output,
          .tags = context.tags,
          .is_protected = context.is_protected,
          .readonly = context.readonly,
          .insecure_http = context.insecure_http,
          .timeout_ms = context.timeout_ms};
}

Result<int> print(Client& client, const std::string& json) { return exit_code(print_own(client, json, "no context is configured")); }

}  // namespace

Result<int> list(Client& client) {
  const auto config = client.config();
  if (!config) return fail(config.error());
  warn(client, config->warnings);
  ContextList views;
  const std::vector<Source> sources = target_sources(client.invocation().global.target, *config, client.environment(), false);
  for (const Context& one : config->contexts) {
    views.items.push_back(view_of(one, *config));
    views.items.back().in_use = !sources.front().is_address() && sources.front().value == one.name;
  }
  return print(client, to_json(views));
}

Result<int> show(Client& client) {
  const auto config = client.config();
  if (!config) return fail(config.error());
  warn(client, config->warnings);
  if (const std::string_view name = client.invocation().value("name"); !name.empty()) {
    const Context* found = config->find(name);
    return found == nullptr ? unknown_context(name, *config) : print(client, to_json(view_of(*found, *config)));
  }
  const TargetChoice& choice = client.invocation().global.target;
  const auto target = resolve_target(choice, *config, client.environment(), client.streams().in, false);
  if (!target) return fail(target.error());
  ContextView view = view_of(target->context, *config);
  view.in_use = true;
  view.token = target->token_from;
  view.chosen_by = target->context_from;
  const std::vector<Source> sources = target_sources(choice, *config, client.environment(), true);
  for (std::size_t i = 1; i < sources.size() && sources[i].from != "default"; ++i)
    view.beat.push_back(sources[i].from + ": " + redacted_url(sources[i].value));
  return print(client, to_json(view));
}

}  // namespace facio::context
