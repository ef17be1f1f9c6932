#include "commands/serve/runtime/builtin_commands.hpp"

#include <algorithm>

#include "cli/core/time.hpp"

namespace facio::serve {
namespace {

constexpr std::int64_t kLongestSleepMs = 3600 * 1000;

using Answer = Result<BuiltinReply>;

Answer say(std::string text) { return BuiltinReply{.text = std::move(text)}; }

std::string status_text(const AgentFacts& facts) {
  return "agent " + facts.agent + ", facioctl " + facts.version +
         "\nprovider: builtin (offline)\nmodel in the settings: " + (facts.model.empty() ? "none" : facts.model) +
         "\ntime zone: " + facts.timezone + "\ncron jobs: " + std::to_string(facts.jobs) + ", " + std::to_string(facts.enabled_jobs) +
         " enabled";
}

Answer run_help(std::string_view, const AgentFacts&);
Answer run_version(std::string_view, const AgentFacts& facts) { return say("facioctl " + facts.version); }
Answer run_status(std::string_view, const AgentFacts& facts) { return say(status_text(facts)); }
Answer run_echo(std::string_view text, const AgentFacts&) { return say(std::string(text)); }
Answer run_fail(std::string_view text, const AgentFacts&) {
  return fail(Code::failed, text.empty() ? "failed as asked" : std::string(text));
}
Answer run_sleep(std::string_view text, const AgentFacts&) {
  const auto duration = parse_duration(text);
  if (!duration) return fail(Code::usage, "/sleep: " + duration.error().message());
  if (*duration < 0 || *duration > kLongestSleepMs) return fail(Code::usage, "/sleep: must be from 0s to 1h");
  return BuiltinReply{.text = "waited " + format_duration(*duration), .wait_ms = *duration};
}

struct Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view says;
  Answer (*run)(std::string_view arguments, const AgentFacts& facts);
};
constexpr Command kCommands[] = {
    {"/help", "", "list these commands", run_help},
    {"/version", "", "tell the version", run_version},
    {"/status", "", "tell what this agent has", run_status},
    {"/echo", " TEXT", "answer with TEXT", run_echo},
    {"/fail", " TEXT", "end the turn with the error TEXT", run_fail},
    {"/sleep", " DURATION", "wait, as 200ms or 5s, then answer", run_sleep},
};

Answer run_help(std::string_view, const AgentFacts&) {
  std::string text;
  for (const Command& command : kCommands) {
    std::string left = std::string(command.name) + std::string(command.arguments);
    left.resize(std::max<std::size_t>(left.size(), 18), ' ');
    text += (text.empty() ? "" : "\n") + left + std::string(command.says);
  }
  return say(std::move(text));
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string description(std::string_view message, std::string_view detail_prompt, const AgentFacts& facts) {
  std::string text = message.empty() ? "The message was empty." : "You asked: \"" + std::string(message) + "\".";
  if (!detail_prompt.empty()) text += " Further instructions were given (" + std::to_string(detail_prompt.size()) + " bytes).";
  text += " The offline provider cannot work on that; it answers only commands such as /help. Agent " + facts.agent + " has ";
  text += facts.model.empty() ? "no model in its settings" : "the model " + facts.model + " in its settings";
  text += ", the time zone " + facts.timezone + " and " + std::to_string(facts.jobs) + (facts.jobs == 1 ? " cron job" : " cron jobs") +
          " (" + std::to_string(facts.enabled_jobs) + " enabled).";
  return text;
}

}  // namespace

Answer builtin_reply(std::string_view message, std::string_view detail_prompt, const AgentFacts& facts) {
  message = trimmed(message);
  if (!message.starts_with('/')) return say(description(message, detail_prompt, facts));
  const auto end = message.find_first_of(" \t\r\n");
  const std::string_view name = message.substr(0, end);
  for (const Command& command : kCommands)
    if (command.name == name) return command.run(end == std::string_view::npos ? std::string_view{} : trimmed(message.substr(end)), facts);
  return fail(Code::usage, "there is no command " + std::string(name) + "; /help lists what there is");
}

}  // namespace facio::serve
