#include "cli/command_line/confirm.hpp"

#include <string>

#include "cli/command_line/terminal_line.hpp"

namespace facio {

Status ask(std::string_view what, const Context& context, const GlobalOptions& options, Streams& streams) {
  const bool terminal = streams.in.is_terminal() && streams.err.is_terminal();
  const std::string action(what);
  std::string phrase = action;  // inside a sentence: "delete a cron job x"
  if (!phrase.empty() && phrase[0] >= 'A' && phrase[0] <= 'Z') phrase[0] = static_cast<char>(phrase[0] - 'A' + 'a');
  if (!options.yes_name.empty()) {
    if (options.yes_name == context.name) return {};
    return fail_field(
        Code::usage, "--yes",
        "--yes=" + options.yes_name + " does not name the context in use" + (context.name.empty() ? "" : ", " + context.name));
  }
  // No answer is no.
  const auto answer_to = [&](const std::string& question) -> Result<std::string> {
    auto line = ask_line(question, streams);
    if (!line) return fail(std::move(line.error()));
    return std::move(*line).value_or(std::string());
  };
  if (context.is_protected) {
    if (options.yes || !terminal)
      return fail(Code::forbidden, "context " + context.name + " is protected; it must be named to " + phrase, "--yes=" + context.name);
    auto name = answer_to(action + "? Context " + context.name + " is protected; type its name: ");
    if (!name) return fail(std::move(name.error()));
    if (*name == context.name) return {};
    return fail(Code::cancelled, "not confirmed; nothing was changed");
  }
  if (options.yes) return {};
  if (!terminal) return fail_field(Code::usage, "--yes", "--yes is needed to " + phrase + " where nobody can be asked");
  const auto answer =
      answer_to(options.output.accessible ? action + "?\n1: yes\n2: no\nNumber, 2 if nothing is typed: " : action + "? [y/N] ");
  if (!answer) return fail(answer.error());
  if (options.output.accessible && *answer == "1") return {};
  if (*answer == "y" || *answer == "Y" || *answer == "yes" || *answer == "Yes") return {};
  return fail(Code::cancelled, "not confirmed; nothing was changed");
}

}  // namespace facio
