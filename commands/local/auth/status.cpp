// facioctl auth status: where each token lives and whether it can be used; none is shown.
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "cli/command_line/client.hpp"
#include "cli/contexts/token_storage.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/local/auth/shapes.hpp"

namespace facio::auth {
namespace {

void look_at_keyring(const Context& context, AuthStatus& status) {
  constexpr std::string_view kStates[] = {"unlocked", "locked", "missing", "unavailable"};
  std::string why;
  const KeyringState state = keyring_state(context.token.keyring, &why);
  status.storage = "keyring";
  status.place = context.token.keyring;
  status.state = kStates[static_cast<int>(state)];
  if (state == KeyringState::locked) status.problem = "the keyring is locked";
  if (state == KeyringState::missing) status.problem = "the keyring has no such entry";
  if (state == KeyringState::unavailable) status.problem = why;
  if (state == KeyringState::missing) status.fix = "facioctl auth login " + context.name;
  if (state == KeyringState::unavailable) status.fix = "facioctl auth login " + context.name + " --storage file";
}

void look_at_file(const Context& context, AuthStatus& status) {
  status.storage = "file";
  status.place = context.token.file;
  struct ::stat found {};
  if (::lstat(context.token.file.c_str(), &found) == 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(found.st_mode & 07777U));
    status.mode = mode;
  }
  const auto token = token_from_file(context.token.file);
  status.state = token ? "ready" : status.mode ? "refused" : "missing";
  if (token) return;
  status.problem = token.error().message();
  status.fix = token.error().hint().empty() ? "facioctl auth login " + context.name : token.error().hint();
}

AuthStatus status_of(const Context& context, const Environment& environment) {
  AuthStatus status;
  status.name = context.name;
  status.url = redacted_url(context.url);
  const TokenSource& token = context.token;
  if (!token.keyring.empty()) {
    look_at_keyring(context, status);
  } else if (!token.file.empty()) {
    look_at_file(context, status);
  } else if (!token.exec.empty()) {
    status.storage = "exec";
    status.place = token.exec.front();
    status.expires_at_ms = kept_until(context, environment);
    status.state = status.expires_at_ms ? "kept" : "asked";
  } else if (!token.environment.empty()) {
    status.storage = "env";
    status.place = token.environment;
    const bool set = !environment.get(token.environment).empty();
    status.state = set ? "ready" : "missing";
    if (!set) status.problem = "the variable is not set";
  } else {
    status.storage = "none";
    status.state = "missing";
    status.problem = "the context names no token";
    status.fix = "facioctl auth login " + context.name;
  }
  return status;
}

/// What wins over every context's own token.
Status tell_what_wins(Client& client) {
  if (client.invocation().global.quiet) return {};
  for (const char* variable : {"FACIOCTL_TOKEN_FILE", "FACIOCTL_TOKEN"})
    if (!client.environment().get(variable).empty())
      if (auto status = client.streams().err.write(std::string(variable) + " is set and wins over the token of every context\n"); !status)
        return status;
  return {};
}

}  // namespace

Result<int> status(Client& client) {
  const Invocation& invocation = client.invocation();
  auto config = load_config(config_path(client.environment(), invocation.global.config), client.environment());
  if (!config) return fail(std::move(config.error()));
  std::vector<std::string> names;
  if (const auto given = invocation.values.find("name"); given != invocation.values.end()) names = given->second;
  if (names.empty() && !invocation.global.target.context.empty()) names.push_back(invocation.global.target.context);
  for (const std::string& name : names)
    if (config->find(name) == nullptr)
      return fail(Code::not_found, "there is no context '" + printable(name) + "' in " + config->path, "facioctl context list");
  AuthStatusList list;
  for (const Context& context : config->contexts)
    if (names.empty() || std::ranges::find(names, context.name) != names.end())
      list.items.push_back(status_of(context, client.environment()));
  if (auto status = tell_what_wins(client); !status) return fail(std::move(status.error()));
  if (auto status = render(*invocation.endpoint, to_json(list), invocation.global.output, client.streams()); !status)
    return fail(std::move(status.error()));
  const bool bad = std::ranges::any_of(list.items, [](const AuthStatus& one) { return one.problem.has_value(); });
  return bad && !names.empty() ? info(Code::unauthenticated).exit : 0;
}

}  // namespace facio::auth
