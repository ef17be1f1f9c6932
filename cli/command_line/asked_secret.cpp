#include "cli/command_line/asked_secret.hpp"

#include <algorithm>

#include "cli/command_line/hidden_input.hpp"
#include "cli/command_line/parse.hpp"

namespace facio {
namespace {

std::string ways(const CommandFlag& secret) {
  const std::string stem = "--" + secret.stem;
  return stem + "-file FILE, " + stem + "-env VAR, " + stem + "-fd N or " + stem + "-stdin";
}

}  // namespace

const CommandFlag* asked_secret(const std::vector<CommandFlag>& flags) {
  const auto found = std::ranges::find_if(flags, [](const CommandFlag& flag) {
    return flag.in_body && flag.path == flag.field->name && flag.role == FlagRole::secret_literal && flag.field->required &&
           flag.field->type->kind == Kind::string;
  });
  return found == flags.end() ? nullptr : &*found;
}

tl::unexpected<Error> refuse_typed_secret(const Endpoint& endpoint, const CommandFlag& secret) {
  return fail(Error(Code::usage, "a secret is never taken from an argument, where other users and the shell's history see it")
                  .with_field(secret.path)
                  .with_hint("facioctl " + command_usage(endpoint) + ", which asks for it, or add " + ways(secret)));
}

Result<std::string> ask_secret(Sources& sources, const Endpoint& endpoint, const CommandFlag& secret) {
  const bool terminal = sources.streams.in.is_terminal();
  if (terminal && !sources.streams.err.is_terminal())
    return fail(
        Error(Code::usage, "nobody can be asked for the " + secret.path).with_field("--" + secret.stem + "-file").with_hint(ways(secret)));
  auto text = terminal ? read_hidden_line(secret.path + " (not shown): ", sources.streams) : read_standard_secret(sources, secret);
  if (!text) return text;
  if (text->empty())
    return fail(Error(Code::usage, terminal ? "no " + secret.path + " was typed" : "standard input holds no " + secret.path)
                    .with_field("--" + secret.stem + "-file")
                    .with_hint("facioctl " + command_usage(endpoint) + " at a terminal, or with " + ways(secret)));
  return text;
}

}  // namespace facio
