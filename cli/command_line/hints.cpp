#include "cli/command_line/hints.hpp"

#include "cli/catalogue/system.hpp"
#include "cli/catalogue/words.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr std::string_view kProgram = "facioctl ";

/// Whether --context and --url choose the agent that a command is about: those about contexts name them in other ways.
bool is_about_agent(const Endpoint& endpoint) {
  return talks_to_agent(endpoint) &&
         (system_of(endpoint) != nullptr || endpoint.id == "top" || endpoint.id == "wait" || endpoint.id == "api");
}

/// Whether the words after "facioctl " are a command that asks the agent of a context which they do not name.
bool asks_agent(std::string_view words, const System* here) {
  const std::string_view command = words.substr(0, words.find(';'));
  if (command.starts_with('-') || command.find(" --context") != std::string_view::npos ||
      command.find(" --url") != std::string_view::npos || command.ends_with(" -h") || command.ends_with(" --help"))
    return false;
  std::string_view rest = command;
  const std::string_view first = split_off(rest, ' '), second = split_off(rest, ' '), third = split_off(rest, ' ');
  const Words found = find_command(first, second, third, here);
  return found.endpoint != nullptr && is_about_agent(*found.endpoint);
}

}  // namespace

std::string program_words(const Invocation& invocation) {
  const TargetChoice& target = invocation.global.target;
  std::string words = "facioctl";
  if (!target.context.empty()) words += " --context " + target.context;
  if (!target.url.empty()) words += " --url " + target.url;
  return printable(words);
}

std::string about_same_agent(const std::string& text, const Invocation& invocation) {
  const std::string program = program_words(invocation) + " ";
  if (program == kProgram || invocation.endpoint == nullptr || !is_about_agent(*invocation.endpoint)) return text;
  const System* here = system_of(*invocation.endpoint);
  std::string changed;
  for (std::size_t at = 0;;) {
    const auto found = text.find(kProgram, at);
    changed.append(text, at, found == std::string::npos ? found : found - at);
    if (found == std::string::npos) return changed;
    at = found + kProgram.size();
    const bool whole_word = found == 0 || !is_alphanumeric(text[found - 1]);
    changed += whole_word && asks_agent(std::string_view(text).substr(at), here) ? program : std::string(kProgram);
  }
}

}  // namespace facio
