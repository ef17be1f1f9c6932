#include "commands/facio/runtime/models/builtin_model.hpp"

#include <algorithm>
#include <map>

#include "cli/core/encoding.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/runtime/models/builtin_commands.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostEntries = 20'000, kMostTitles = 20, kMostOfTitleFile = std::size_t{64} * 1024;

AgentFacts facts(store::Store& store, SettingsService& settings, const std::string& agent, const std::string& version) {
  AgentFacts found{.agent = agent, .version = version, .model = settings.model(agent), .timezone = settings.timezone(agent)};
  if (const auto jobs = store.cron().list(agent))
    for (const CronJob& job : *jobs) {
      ++found.jobs;
      if (job.enabled) ++found.enabled_jobs;
    }
  return found;
}

/// What a walk through the workspace counts.
struct Census {
  std::size_t files = 0, directories = 0, entries = 0;
  std::int64_t bytes = 0;
  std::map<std::string, std::size_t> kinds;  ///< by ending
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

/// The first heading of a text; empty when it has none.
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
  std::string lower(message);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return lower.find("summari") != std::string::npos || lower.find("describe the workspace") != std::string::npos;
}

/// The texts of the outcomes at the end of a conversation; empty when it ends with something else.
std::string outcomes(const std::vector<ModelMessage>& messages) {
  std::string text;
  for (auto message = messages.rbegin(); message != messages.rend() && message->role == "tool"; ++message)
    text = message->text + (text.empty() ? "" : "\n") + text;
  return text;
}

}  // namespace

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
  if (!message.starts_with('/') && asks_for_summary(message)) return say(describe_workspace(files_));
  auto answer = builtin_reply(message, facts(store_, settings_, request.agent, version_));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->wait_ms > 0 && !cancel.pause(answer->wait_ms)) return fail(Code::unavailable, cancel.why());
  if (!answer->tool.empty()) {
    reply.calls.push_back({"call_" + random_hex(8), answer->tool, answer->arguments});
    return reply;
  }
  return say(std::move(answer->text));
}

}  // namespace facio::serve
