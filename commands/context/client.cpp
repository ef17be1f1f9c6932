// facioctl context: named targets in the configuration file.
#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/contexts/write_config.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/context/shapes.hpp"

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
  return {};
}

ContextView view_of(const Context& context, const Config& config) {
  ContextView view;
  view.name = context.name;
  view.current = !context.name.empty() && context.name == config.current;
  view.kind = context.kind;
  view.url = context.url;
  view.token = token_place(context.token);
  view.ca = context.ca;
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

Result<int> say(Client& client, const std::string& sentence) {
  if (!client.invocation().global.quiet)
    if (auto status = client.streams().err.write(sentence + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

tl::unexpected<Error> unknown(const std::string& name, const Config& config) {
  return fail(Code::not_found, "there is no context '" + name + "' in " + config.path, "facioctl context list");
}

Status check_name(const std::string& name) {
  const bool good =
      !name.empty() && name.size() <= 64 && name.front() != '-' && name.front() != '.' && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      });
  if (good) return {};
  return fail_field(Code::usage, "NAME", "NAME: '" + printable(name) + "' must be 1 to 64 letters, digits, dots, dashes and underscores");
}

/// A path as it will be found from any directory.
std::string absolute(const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  char* here = ::realpath(".", nullptr);
  std::string joined = std::string(here == nullptr ? "." : here) + "/" + path;
  std::free(here);
  return joined;
}

}  // namespace

Result<int> list(Client& client) {
  auto config = load(client);
  if (!config) return fail(std::move(config.error()));
  ContextList views;
  for (const Context& one : config->contexts) views.items.push_back(view_of(one, *config));
  return print(client, to_json(views));
}

Result<int> show(Client& client) {
  auto config = load(client);
  if (!config) return fail(std::move(config.error()));
  const std::string name(client.invocation().value("name"));
  if (!name.empty()) {
    const Context* found = config->find(name);
    if (found == nullptr) return unknown(name, *config);
    return print(client, to_json(view_of(*found, *config)));
  }
  auto target = resolve_target(client.invocation().global.target, *config, client.environment(), client.streams().in, false);
  if (!target) return fail(std::move(target.error()));
  ContextView view = view_of(target->context, *config);
  view.token = target->token_from;
  view.chosen_by = target->context_from;
  return print(client, to_json(view));
}

Result<int> use(Client& client) {
  auto config = load(client);
  if (!config) return fail(std::move(config.error()));
  const std::string name(client.invocation().value("name"));
  if (config->find(name) == nullptr) return unknown(name, *config);
  for (const char* variable : {"FACIOCTL_URL", "FACIOCTL_CONTEXT"})
    if (!client.environment().get(variable).empty())
      return fail(Code::usage, std::string(variable) + " is set and would win over the current context", std::string("unset ") + variable);
  config->current = name;
  if (auto status = write_config(*config); !status) return fail(std::move(status.error()));
  return say(client, "the current context is now " + name + ", for every shell");
}

Result<int> add(Client& client) {
  const Invocation& invocation = client.invocation();
  const TargetChoice& choice = invocation.global.target;
  Context added;
  added.name = invocation.value("name");
  if (auto status = check_name(added.name); !status) return fail(std::move(status.error()));
  added.url = choice.url;
  const bool known_scheme = added.url.starts_with("http://") || added.url.starts_with("https://") || added.url.starts_with("unix:/");
  if (added.url.empty())
    return fail(Error(Code::usage, "--url is required: address of the agent")
                    .with_field("--url")
                    .with_hint("facioctl context add " + added.name + " --url URL"));
  if (!known_scheme)
    return fail_field(Code::usage, "--url", "--url: '" + printable(added.url) + "' must begin with http://, https:// or unix:/");
  if (choice.token_stdin || choice.token_fd >= 0)
    return fail(Code::usage, "a context remembers where its token is, never the token", "--token-file FILE or --token-env VAR");
  added.token.file = absolute(choice.token_file);
  added.token.environment = invocation.value("token-env");
  if (!added.token.file.empty() && !added.token.environment.empty())
    return fail(Code::usage, "--token-file and --token-env exclude each other; give one of them");
  added.ca = absolute(std::string(invocation.value("ca")));
  added.is_protected = invocation.value("protected") == "true";
  added.readonly = invocation.value("readonly") == "true";
  added.insecure_http = invocation.value("insecure-http") == "true";
  added.timeout_ms = invocation.global.timeout_ms;
  const std::string path = config_path(client.environment(), invocation.global.config);
  if (auto status = save_context(path, added, invocation.value("current") == "true", client.environment()); !status)
    return fail(std::move(status.error()));
  return say(client, "context " + added.name + " is in " + path);
}

Result<int> remove(Client& client) {
  auto config = load(client);
  if (!config) return fail(std::move(config.error()));
  const std::string name(client.invocation().value("name"));
  if (config->find(name) == nullptr) return unknown(name, *config);
  if (auto status = client.confirm("Forget context " + name); !status) return fail(std::move(status.error()));
  std::erase_if(config->contexts, [&](const Context& one) { return one.name == name; });
  if (config->current == name) config->current.clear();
  if (auto status = write_config(*config); !status) return fail(std::move(status.error()));
  return say(client, "context " + name + " is forgotten");
}

}  // namespace facio::context
