#include "commands/facio/runtime/models/builtin_model.hpp"

#include <algorithm>
#include <map>

#include "cli/core/encoding.hpp"
#include "cli/core/time.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::int64_t kLongestSleepMs = 3600 * 1000;
constexpr std::string_view kToolCommand = "/tool";

using BuiltinAnswer = Result<BuiltinReply>;

BuiltinAnswer say(std::string text) { return BuiltinReply{.text = std::move(text)}; }

BuiltinAnswer run_echo(std::string_view text) { return say(std::string(text)); }
BuiltinAnswer run_fail(std::string_view text) { return fail(Code::failed, text.empty() ? "failed as asked" : std::string(text)); }
BuiltinAnswer run_sleep(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return fail(Code::usage, "/sleep: " + duration.error().message());
  if (*duration < 0 || *duration > kLongestSleepMs) return fail(Code::usage, "/sleep: must be from 0s to 1h");
  return BuiltinReply{.text = "waited " + format_duration(*duration), .wait_ms = *duration};
}

BuiltinAnswer run_tool(std::string_view text) {
  const auto end = std::min(text.find_first_of(" \t\r\n{"), text.size());
  const std::string_view name = text.substr(0, end), arguments = trimmed(text.substr(end));
  if (name.empty())
    return fail(Code::usage, "/tool: give the name of a tool, and its arguments as JSON: /tool read_file {\"path\":\"notes.md\"}");
  const auto document = JsonDocument::parse(arguments.empty() ? "{}" : arguments);
  if (!document) return fail(Code::usage, "/tool: the arguments are not JSON: " + document.error().message());
  if (document->root().kind() != JsonKind::object) return fail(Code::usage, "/tool: the arguments must be a JSON object");
  return BuiltinReply{.text = {}, .tool = std::string(name), .arguments = document->dump()};
}

struct BuiltinCommand {
  std::string_view name, arguments, summary;
  BuiltinAnswer (*run)(std::string_view arguments);
};
constexpr BuiltinCommand kBuiltinCommands[] = {
    {"/echo", " TEXT", "answer with TEXT", run_echo},
    {"/fail", " TEXT", "end the turn with the error TEXT", run_fail},
    {"/sleep", " DURATION", "wait, e.g. 200ms or 5s, then answer", run_sleep},
    {kToolCommand, " NAME {JSON}", "run a tool and answer with what it gave", run_tool},
};

std::string description(std::string_view message, const AgentFacts& facts) {
  std::string text = message.empty() ? "The message was empty." : "You asked: \"" + std::string(message) + "\".";
  text += " The offline provider cannot work on that; it answers only commands such as /help. Agent " + facts.agent + " has ";
  text += facts.model.empty() ? "no model in its settings" : "the model " + facts.model + " in its settings";
  text += ", the time zone " + facts.timezone + " and " + std::to_string(facts.jobs) + (facts.jobs == 1 ? " cron job" : " cron jobs") +
          " (" + std::to_string(facts.enabled_jobs) + " enabled).";
  return text;
}

constexpr std::size_t kMostEntries = 20'000, kMostTitles = 20, kMostOfTitleFile = std::size_t{64} * 1024;

AgentFacts facts(const ServiceContext& base, const std::string& agent) {
  AgentFacts found{.agent = agent, .model = base.settings.model(agent), .timezone = base.settings.timezone(agent)};
  if (const auto jobs = base.store.cron().list(agent)) {
    found.jobs = static_cast<std::int64_t>(jobs->size());
    found.enabled_jobs = std::ranges::count_if(*jobs, &CronJob::enabled);
  }
  return found;
}

struct Census {
  std::size_t files = 0, directories = 0, entries = 0;
  std::int64_t bytes = 0;
  std::map<std::string, std::size_t> kinds;  ///< by file name extension
  std::vector<std::string> texts;            ///< paths of Markdown files
  bool whole = true;
};

void count(const WorkspaceFiles& files, const std::string& directory, int depth, Census& census) {
  const auto list = files.list(directory.empty() ? "." : directory);
  if (!list) return;
  for (const auto& entry : *list) {
    if (++census.entries > kMostEntries || depth > 32) {
      census.whole = false;
      return;
    }
    const std::string path = directory.empty() ? entry.name : directory + "/" + entry.name;
    if (entry.kind == WorkspaceFiles::Kind::directory) {
      ++census.directories;
      count(files, path, depth + 1, census);
      continue;
    }
    ++census.files;
    census.bytes += entry.size;
    const auto dot = entry.name.rfind('.');
    ++census.kinds[dot == std::string::npos || dot == 0 ? "(no ending)" : entry.name.substr(dot)];
    if (entry.name.ends_with(".md") && census.texts.size() < kMostTitles) census.texts.push_back(path);
  }
}

std::string plural(std::size_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string title_of(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    if (line.starts_with("# ")) return std::string(line.substr(2, 100));
    at = end + 1;
  }
  return {};
}

bool asks_for_summary(std::string_view message) {
  const std::string text = lower(message);
  return text.find("summari") != std::string::npos || text.find("describe the workspace") != std::string::npos;
}

/// The texts of the tool outcomes at the end of a conversation.
std::string outcomes(const std::vector<ModelMessage>& messages) {
  std::string text;
  for (auto message = messages.rbegin(); message != messages.rend() && message->role == "tool"; ++message)
    text = message->text + (text.empty() ? "" : "\n") + text;
  return text;
}

/// Numbers and sizes of the files, and the titles of the texts, in a few lines.
std::string describe_workspace(const WorkspaceFiles& files) {
  Census census;
  count(files, {}, 0, census);
  if (census.files == 0 && census.directories == 0) return "The workspace is empty.";
  std::string text = "The workspace has " + std::string(census.whole ? "" : "more than ") + plural(census.files, "file", "files") + " in " +
                     plural(census.directories, "directory", "directories") + ", " + std::to_string(census.bytes) + " bytes.";
  std::vector<std::pair<std::string, std::size_t>> kinds(census.kinds.begin(), census.kinds.end());
  std::ranges::stable_sort(kinds, [](const auto& a, const auto& b) { return a.second > b.second; });
  if (kinds.size() > 8) kinds.resize(8);
  if (!kinds.empty()) text += "\nKinds:";
  for (const auto& [ending, number] : kinds)
    text += " " + ending + " " + std::to_string(number) + (ending == kinds.back().first ? "" : ",");
  for (const std::string& path : census.texts) {
    const auto content = files.read(path, kMostOfTitleFile);
    const std::string title = content ? title_of(*content) : std::string();
    text += "\n- " + path + (title.empty() ? "" : ": " + title);
  }
  return text;
}

}  // namespace

std::pair<std::string_view, std::string_view> split_command(std::string_view message) {
  message = trimmed(message);
  const auto end = std::min(message.find_first_of(kBlanks), message.size());
  return {message.substr(0, end), trimmed(message.substr(end))};
}

bool calls_tool(std::string_view message) { return split_command(message).first == kToolCommand; }

std::string help_line(std::string_view name, std::string_view arguments, std::string_view summary) {
  std::string left = std::string(name) + std::string(arguments);
  left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
  return left + std::string(summary);
}

std::string builtin_help() {
  std::string text;
  for (const BuiltinCommand& command : kBuiltinCommands)
    text += (text.empty() ? "" : "\n") + help_line(command.name, command.arguments, command.summary);
  return text;
}

BuiltinAnswer builtin_reply(std::string_view message, const AgentFacts& facts) {
  message = trimmed(message);
  if (!message.starts_with('/')) return say(description(message, facts));
  const auto [name, arguments] = split_command(message);
  for (const BuiltinCommand& command : kBuiltinCommands)
    if (command.name == name) return command.run(arguments);
  return say("there is no command " + std::string(name) + "; /help lists what there is");
}

Result<ModelReply> BuiltinModel::ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) {
  ModelReply reply;
  const auto say = [&](std::string text) {
    reply.text = std::move(text);
    if (piece && !reply.text.empty()) piece(reply.text);
    return reply;
  };
  if (!request.messages.empty() && request.messages.back().role == "tool") return say(outcomes(request.messages));
  const auto last =
      std::find_if(request.messages.rbegin(), request.messages.rend(), [](const ModelMessage& message) { return message.role == "user"; });
  const std::string message = last == request.messages.rend() ? std::string() : last->text;
  if (!message.starts_with('/') && asks_for_summary(message)) return say(describe_workspace(base_.files));
  auto answer = builtin_reply(message, facts(base_, request.agent));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->wait_ms > 0 && !cancel.pause(answer->wait_ms)) return fail(Code::unavailable, cancel.why());
  if (!answer->tool.empty()) {
    reply.calls.push_back({"call_" + random_hex(8), answer->tool, answer->arguments});
    return reply;
  }
  return say(std::move(answer->text));
}

}  // namespace facio::serve
