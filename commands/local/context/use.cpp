// facioctl use, and the hook that lets it change one shell alone.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/contexts/change_config.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "commands/local/context/say.hpp"

namespace facio::context {
namespace {

// The shell's function gives a descriptor; what `use` chose is written there as "=NAME", "=" for no choice of the shell's own. It tells by
// FACIOCTL_PREVIOUS, in the same form, what the shell used before.
constexpr std::string_view kPosixHook = R"(# facioctl: `use NAME` and `use -` choose the context of this shell alone
facioctl() {
  local word chosen code
  for word in "$@"; do
    if [ "$word" = use ]; then
      { chosen=$(FACIOCTL_HOOK_FD=9 command facioctl "$@" 9>&1 1>&8 8>&-); code=$?; } 8>&1
      case $chosen in
        "="*)
          export FACIOCTL_PREVIOUS="=${FACIOCTL_CONTEXT-}"
          if [ "$chosen" = "=" ]; then unset FACIOCTL_CONTEXT; else export FACIOCTL_CONTEXT="${chosen#=}"; fi
          ;;
      esac
      return "$code"
    fi
  done
  command facioctl "$@"
}
)";

constexpr std::string_view kFishHook = R"(# facioctl: `use NAME` and `use -` choose the context of this shell alone
function facioctl
  if contains -- use $argv
    set -l file (mktemp); or return
    FACIOCTL_HOOK_FD=9 command facioctl $argv 9>$file
    set -l code $status
    set -l chosen (cat $file)
    rm -f $file
    if string match -q -- '=*' "$chosen"
      set -gx FACIOCTL_PREVIOUS "=$FACIOCTL_CONTEXT"
      if test "$chosen" = "="
        set -e FACIOCTL_CONTEXT
      else
        set -gx FACIOCTL_CONTEXT (string sub -s 2 -- "$chosen")
      end
    end
    return $code
  end
  command facioctl $argv
end
)";

/// The descriptor of the shell's hook; -1 without one.
int hook_of(const Environment& environment) {
  const std::string_view text = environment.get("FACIOCTL_HOOK_FD");
  int fd = -1;
  return read_number(text, fd) && fd > 2 && ::fcntl(fd, F_GETFD) >= 0 ? fd : -1;
}

tl::unexpected<Error> would_win(const std::string& variable, std::string_view what) {
  return fail(
      Error(Code::usage, variable + " is set and would win over " + std::string(what)).with_field(variable).with_hint("unset " + variable));
}

tl::unexpected<Error> nothing_before() { return fail_field(Code::usage, "NAME", "NAME: there was no other context before this one"); }

/// Chooses for this shell: the hook does it.
Result<int> use_in_shell(Client& client, const Config& config, int hook) {
  std::string name(client.invocation().value("name"));
  if (!client.environment().get("FACIOCTL_URL").empty()) return would_win("FACIOCTL_URL", "the shell's context");
  if (name == "-") {
    const std::string_view previous = client.environment().get("FACIOCTL_PREVIOUS");
    if (!previous.starts_with('=')) return nothing_before();
    name = previous.substr(1);
  }
  if (!name.empty() && config.find(name) == nullptr) return unknown_context(name, config);
  FdOutput out(hook);
  Status status = out.write("=" + name + "\n");
  if (status) status = out.flush();
  if (!status) return fail(std::move(status.error()));
  if (!name.empty()) return say(client, "this shell now uses context " + name);
  return say(client, "this shell has no context of its own any more" +
                         (config.current.empty() ? std::string() : "; the current one is " + config.current));
}

std::string state_file(const Environment& environment) {
  const auto home = environment.get("XDG_STATE_HOME");
  const std::string directory = home.starts_with('/') ? std::string(home) : home_directory(environment) + "/.local/state";
  return directory + "/facioctl/previous-context";
}

/// What is lost when this fails is `use -` only.
void remember(const std::string& file, const std::string& name) {
  (void)make_directories_above(file);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  FdOutput out(fd);
  (void)out.write(name + "\n");
  (void)out.flush();
  ::close(fd);
}

Result<std::string> remembered(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return nothing_before();
  auto text = FdInput(fd).read_all(256);
  ::close(fd);
  if (text && text->ends_with('\n')) text->pop_back();
  if (!text || text->empty()) return nothing_before();
  return text;
}

}  // namespace

Result<int> use(Client& client) {
  const Environment& environment = client.environment();
  const std::string path = config_path(environment, client.invocation().global.config);
  auto config = load_config(path, environment);
  if (!config) return fail(std::move(config.error()));
  if (const int hook = hook_of(environment); hook >= 0) return use_in_shell(client, *config, hook);
  for (const char* variable : {"FACIOCTL_URL", "FACIOCTL_CONTEXT"})
    if (!environment.get(variable).empty()) return would_win(variable, "the current context");
  std::string name(client.invocation().value("name"));
  const std::string file = state_file(environment);
  if (name == "-") {
    auto previous = remembered(file);
    if (!previous) return fail(std::move(previous.error()));
    name = std::move(*previous);
  }
  std::string before;
  auto changed = change_config(path, environment, [&](const std::string& text, const Config& now) -> Result<std::string> {
    if (now.find(name) == nullptr) return unknown_context(name, now);
    before = now.current;
    return edited(text, {{{"current"}, yaml_text(name)}}, path);
  });
  if (!changed) return fail(std::move(changed.error()));
  if (!before.empty() && before != name) remember(file, before);
  const std::vector<Source> sources = target_sources({}, *changed, environment, false);
  std::string sentence = "the current context is now " + name + ", for every shell";
  if (sources.front().from == ".facioctl" && sources.front().value != name)
    sentence += "; but here a file .facioctl names " + printable(sources.front().value) + " and wins";
  return say(client, sentence);
}

Result<int> shell_init(Client& client) {
  const std::string_view text = client.invocation().value("shell") == "fish" ? kFishHook : kPosixHook;
  if (auto status = client.streams().out.write(text); !status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::context
