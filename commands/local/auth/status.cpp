// facioctl auth status: where each token lives and whether it can be used; none is shown.
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "cli/contexts/token_storage.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/local/auth/shapes.hpp"
#include "commands/local/context/say.hpp"

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
  if (state == KeyringState::missing) {
    status.problem = "the keyring has no such entry";
    status.fix = "facioctl auth login " + context.name;
  }
  if (state == KeyringState::unavailable) {
    status.problem = why;
    status.fix = "facioctl auth login " + context.name + " --storage file";
  }
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
  if (!context.unusable.empty()) {
    status.storage = "file";
    status.state = "missing";
    status.problem = context.unusable;
    status.fix = "facioctl config edit";
  } else if (!token.keyring.empty()) {
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
    const bool set = !environment.get_named(token.environment).empty();
    status.state = set ? "ready" : "missing";
    if (!set) status.problem = "the variable is not set";
  } else {
    status.storage = "none";
    status.state = "missing";
    status.problem = "the context has no token";
    status.fix = "facioctl auth login " + context.name;
  }
  return status;
}

/// Mentions what overrides every context's own token.
Status note_overrides(Client& client) {
  for (const Variable variable : {Variable::facioctl_token_file, Variable::facioctl_token})
    if (!client.environment().get(variable).empty())
      if (auto status = note(client, std::string(info(variable).name) + " is set and overrides the token of every context"); !status)
        return status;
  return {};
}

}  // namespace

Result<int> status(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto config = client.config();
  if (!config) return fail(config.error());
  std::vector<std::string> names = invocation.all("name");
  if (names.empty() && !invocation.global.target.context.empty()) names.push_back(invocation.global.target.context);
  for (const std::string& name : names)
    if (config->find(name) == nullptr) return unknown_context(name, *config);
  AuthStatusList list;
  for (const Context& context : config->contexts)
    if (names.empty() || std::ranges::find(names, context.name) != names.end())
      list.items.push_back(status_of(context, client.environment()));
  const bool bad = std::ranges::any_of(list.items, [](const AuthStatus& one) { return one.problem.has_value(); });
  Status printed = note_overrides(client);
  if (printed) printed = print_own(client, to_json(list));
  return exit_code(std::move(printed), bad && !names.empty() ? info(Code::unauthenticated).exit : 0);
}

}  // namespace facio::auth
