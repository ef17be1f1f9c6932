// facioctl use, and the hook that lets it change one shell alone. The hook passes a descriptor, to which `use` writes its choice as
// "=NAME", or "=" for none, and FACIOCTL_PREVIOUS, in the same form, with what the shell used before.
#include <fcntl.h>

#include "cli/command_line/waiting.hpp"
#include "cli/contexts/change_config.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "commands/local/context/say.hpp"
#include "completion_scripts.hpp"

namespace facio::context {
namespace {

/// The descriptor of the hook; -1 without one.
int hook_of(const Environment& environment) {
  const std::string_view text = environment.get(Variable::facioctl_hook_fd);
  int fd = -1;
  return read_number(text, fd) && fd > 2 && ::fcntl(fd, F_GETFD) >= 0 ? fd : -1;
}

tl::unexpected<Error> would_win(Variable one, std::string_view what) {
  const std::string variable(info(one).name);
  return fail(
      Error(Code::usage, variable + " is set and would override " + std::string(what)).with_field(variable).with_hint("unset " + variable));
}

tl::unexpected<Error> nothing_before() { return fail_field(Code::usage, "NAME", "NAME: there is no previous context"); }

/// Chooses for this shell, by its hook.
Result<int> use_in_shell(Client& client, const Config& config, int hook) {
  std::string name(client.invocation().value("name"));
  if (!client.environment().get(Variable::facioctl_url).empty()) return would_win(Variable::facioctl_url, "the shell's context");
  if (name == "-") {
    const std::string_view previous = client.environment().get(Variable::facioctl_previous);
    if (!previous.starts_with('=')) return nothing_before();
    name = previous.substr(1);
  }
  if (!name.empty() && config.find(name) == nullptr) return unknown_context(name, config);
  FdOutput out(hook);
  Status status = out.write("=" + name + "\n");
  if (status) status = out.flush();
  if (!status) return fail(std::move(status.error()));
  return exit_code(note(client, !name.empty() ? "this shell now uses context " + name
                                              : "this shell no longer has a context of its own" +
                                                    (config.current.empty() ? "" : "; the current one is " + config.current)));
}

std::string state_file(const Environment& environment) { return state_directory(environment) + "/previous-context"; }

/// When this fails only `use -` is lost.
void remember(const std::string& file, const std::string& name) {
  (void)make_directories_above(file);
  (void)replace_file(file, name + "\n", 0600, Durable::no);
}

Result<std::string> remembered(const std::string& file) {
  const Descriptor from(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!from) return nothing_before();
  auto text = FdInput(from.get()).read_all(256);
  if (text && text->ends_with('\n')) text->pop_back();
  if (!text || text->empty()) return nothing_before();
  return text;
}

}  // namespace

Result<int> use(Client& client) {
  const Environment& environment = client.environment();
  const std::string path = client.config_path();
  const auto config = client.config();
  if (!config) return fail(config.error());
  if (const int hook = hook_of(environment); hook >= 0) return use_in_shell(client, *config, hook);
  for (const Variable variable : {Variable::facioctl_url, Variable::facioctl_context})
    if (!environment.get(variable).empty()) return would_win(variable, "the current context");
  std::string name(client.invocation().value("name"));
  const std::string file = state_file(environment);
  if (name == "-") {
    auto previous = remembered(file);
    if (!previous) return fail(std::move(previous.error()));
    name = std::move(*previous);
  }
  std::string before;
  auto changed = change_config(
      path, environment,
      [&](const std::string& text, const Config& now) -> Result<std::string> {
        if (now.find(name) == nullptr) return unknown_context(name, now);
        before = now.current;
        return edited(text, {{{"current"}, yaml_text(name)}}, path);
      },
      false, told_of_lock(client));
  if (!changed) return fail(std::move(changed.error()));
  if (!before.empty() && before != name) remember(file, before);
  const std::vector<Source> sources = target_sources({}, *changed, environment, false);
  std::string sentence = "the current context is now " + name + ", for every shell";
  if (sources.front().from == ".facioctl" && sources.front().value != name)
    sentence += "; but here a file .facioctl selects " + printable(sources.front().value) + ", which takes precedence";
  return exit_code(note(client, sentence));
}

Result<int> shell_init(Client& client) {
  return exit_code(client.streams().out.write(client.invocation().value("shell") == "fish" ? embedded::kFishHook : embedded::kPosixHook));
}

}  // namespace facio::context
