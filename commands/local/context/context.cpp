// facioctl context list and show: named targets in the configuration file.
#include "cli/command_line/client.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/local/context/say.hpp"
#include "commands/local/context/shapes.hpp"

namespace facio::context {
namespace {

Result<Config> load(Client& client) {
  auto config = load_config(config_path(client.environment(), client.invocation().global.config), client.environment());
  if (config)
    for (const std::string& warning : config->warnings) (void)client.streams().err.write("facioctl: warning: " + warning + "\n");
  return config;
}

std::string token_place(const TokenSource& token) {
  if (!token.file.empty()) return "file " + token.file;
  if (!token.environment.empty()) return "environment " + token.environment;
  if (!token.exec.empty()) return "program " + token.exec.front();
  if (!token.keyring.empty()) return "keyring " + token.keyring;
  return {};
}

ContextView view_of(const Context& context, const Config& config) {
  ContextView view;
  view.name = context.name;
  view.current = !context.name.empty() && context.name == config.current;
  view.kind = context.kind;
  view.url = redacted_url(context.url);
  view.agent = context.agent;
  view.tags = context.tags;
  view.token = token_place(context.token);
  view.ca = context.ca;
  view.cert = context.cert;
  view.output = context.output;
  view.is_protected = context.is_protected;
  view.readonly = context.readonly;
  view.insecure_http = context.insecure_http;
  view.timeout_ms = context.timeout_ms;
  return view;
}

Result<int> print(Client& client, const std::string& json) {
  std::size_t count = 1;
  if (auto status = render(*client.invocation().endpoint, json, client.invocation().global.output, client.streams(), &count); !status)
    return fail(std::move(status.error()));
  if (count == 0 && client.invocation().global.fail_empty) return fail(Code::not_found, "no context is configured");
  return 0;
}

}  // namespace

Result<int> list(Client& client) {
  auto config = load(client);
  if (!config) return fail(std::move(config.error()));
  ContextList views;
  const std::vector<Source> sources = target_sources(client.invocation().global.target, *config, client.environment(), false);
  for (const Context& one : config->contexts) {
    views.items.push_back(view_of(one, *config));
    views.items.back().in_use = !sources.front().is_address() && sources.front().value == one.name;
  }
  return print(client, to_json(views));
}

Result<int> show(Client& client) {
  auto config = load(client);
  if (!config) return fail(std::move(config.error()));
  const std::string name(client.invocation().value("name"));
  if (!name.empty()) {
    const Context* found = config->find(name);
    if (found == nullptr) return unknown_context(name, *config);
    return print(client, to_json(view_of(*found, *config)));
  }
  auto target = resolve_target(client.invocation().global.target, *config, client.environment(), client.streams().in, false);
  if (!target) return fail(std::move(target.error()));
  ContextView view = view_of(target->context, *config);
  view.in_use = true;
  view.token = target->token_from;
  view.chosen_by = target->context_from;
  const std::vector<Source> sources = target_sources(client.invocation().global.target, *config, client.environment(), true);
  for (std::size_t i = 1; i < sources.size() && sources[i].from != "default"; ++i)
    view.beat.push_back(sources[i].from + ": " + redacted_url(sources[i].value));
  return print(client, to_json(view));
}

}  // namespace facio::context
