#include "commands/facio/runtime/models/builtin_commands.hpp"

#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::serve {
namespace {

constexpr std::int64_t kLongestSleepMs = 3600 * 1000;

using Answer = Result<BuiltinReply>;

Answer say(std::string text) { return BuiltinReply{.text = std::move(text)}; }

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

Answer run_tool(std::string_view text, const AgentFacts&) {
  const auto end = text.find_first_of(" \t\r\n{");
  const std::string_view name = text.substr(0, end);
  std::string_view arguments = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  arguments.remove_prefix(std::min(arguments.find_first_not_of(" \t\r\n"), arguments.size()));
  if (name.empty())
    return fail(Code::usage, "/tool: give the name of a tool, and its arguments as JSON: /tool read_file {\"path\":\"notes.md\"}");
  const auto document = JsonDocument::parse(arguments.empty() ? "{}" : arguments);
  if (!document) return fail(Code::usage, "/tool: the arguments are no JSON: " + document.error().message());
  if (document->root().kind() != JsonKind::object) return fail(Code::usage, "/tool: the arguments must be a JSON object");
  return BuiltinReply{.text = {}, .tool = std::string(name), .arguments = document->dump()};
}

struct Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view says;
  Answer (*run)(std::string_view arguments, const AgentFacts& facts);
};
constexpr Command kCommands[] = {
    {"/echo", " TEXT", "answer with TEXT", run_echo},
    {"/fail", " TEXT", "end the turn with the error TEXT", run_fail},
    {"/sleep", " DURATION", "wait, as 200ms or 5s, then answer", run_sleep},
    {"/tool", " NAME {JSON}", "run a tool and answer with what it gave", run_tool},
};

std::string description(std::string_view message, const AgentFacts& facts) {
  std::string text = message.empty() ? "The message was empty." : "You asked: \"" + std::string(message) + "\".";
  text += " The offline provider cannot work on that; it answers only commands such as /help. Agent " + facts.agent + " has ";
  text += facts.model.empty() ? "no model in its settings" : "the model " + facts.model + " in its settings";
  text += ", the time zone " + facts.timezone + " and " + std::to_string(facts.jobs) + (facts.jobs == 1 ? " cron job" : " cron jobs") +
          " (" + std::to_string(facts.enabled_jobs) + " enabled).";
  return text;
}

}  // namespace

std::string builtin_help() {
  std::string text;
  for (const Command& command : kCommands) {
    std::string left = std::string(command.name) + std::string(command.arguments);
    left.resize(std::max<std::size_t>(left.size(), 28), ' ');
    text += (text.empty() ? "" : "\n") + left + std::string(command.says);
  }
  return text;
}

Answer builtin_reply(std::string_view message, const AgentFacts& facts) {
  message = trimmed(message);
  if (!message.starts_with('/')) return say(description(message, facts));
  const auto end = message.find_first_of(" \t\r\n");
  const std::string_view name = message.substr(0, end);
  for (const Command& command : kCommands)
    if (command.name == name) return command.run(end == std::string_view::npos ? std::string_view{} : trimmed(message.substr(end)), facts);
  return fail(Code::usage, "there is no command " + std::string(name) + "; /help lists what there is");
}

}  // namespace facio::serve
