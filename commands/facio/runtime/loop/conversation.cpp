#include "commands/facio/runtime/loop/conversation.hpp"

#include <algorithm>
#include <set>

#include "cli/core/time.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/facio/skills/server/service.hpp"

namespace facio::serve {
namespace {

/// Files that are part of every conversation.
constexpr std::string_view kFiles[] = {"AGENTS.md", "WORKSPACE.md", "USER.md", "MEMORY.md", "memory/MEMORY.md"};
constexpr std::size_t kMostOfFile = std::size_t{32} * 1024;
/// A rough estimate: English and code have three to four bytes per token.
constexpr std::int64_t kBytesPerToken = 3;

std::string content_text(JsonRef content) {
  if (!content) return {};
  if (content.kind() == JsonKind::string) return content.string();
  if (content.kind() != JsonKind::array) return content.is_null() ? std::string() : content.dump();
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const JsonRef part = content.at(i).get("text");
    if (!part.is(JsonKind::string)) continue;
    if (!text.empty()) text += '\n';
    text += part.string();
  }
  return text;
}

std::int64_t tokens_of(const ModelMessage& message) {
  std::size_t bytes = message.text.size() + 16;
  for (const ModelCall& call : message.calls) bytes += call.tool.size() + call.arguments.size() + 32;
  return static_cast<std::int64_t>(bytes) / kBytesPerToken + 1;
}

bool is_users(const ModelMessage& message) { return message.role == "user"; }
bool asks_for_tools(const ModelMessage& message) { return !message.calls.empty(); }

/// Removes calls without an answer and answers without a call: providers refuse both.
void drop_unmatched(std::vector<ModelMessage>& messages) {
  std::set<std::string, std::less<>> answered, asked;
  for (const ModelMessage& message : messages)
    if (message.role == "tool") answered.insert(message.call_id);
  for (ModelMessage& message : messages) {
    std::erase_if(message.calls, [&](const ModelCall& call) { return !answered.contains(call.id); });
    for (const ModelCall& call : message.calls) asked.insert(call.id);
  }
  std::erase_if(messages, [&](const ModelMessage& message) {
    return message.role == "tool" ? !asked.contains(message.call_id)
                                  : message.role == "assistant" && message.text.empty() && message.calls.empty();
  });
}

/// Moves answers right behind their calls, as providers require: a job may have delivered a message between the two.
void pair_up(std::vector<ModelMessage>& messages) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    std::size_t next = i + 1;
    for (const ModelCall& call : messages[i].calls) {
      const auto from = messages.begin() + static_cast<std::ptrdiff_t>(next);
      const auto answer =
          std::find_if(from, messages.end(), [&](const ModelMessage& one) { return one.role == "tool" && one.call_id == call.id; });
      if (answer == messages.end()) continue;
      std::rotate(from, answer, answer + 1);
      ++next;
    }
  }
}

}  // namespace

std::vector<ModelMessage> messages_of(JsonRef session) {
  std::vector<ModelMessage> messages;
  const JsonRef list = session.get("messages");
  for (std::size_t i = 0; list && i < list.size(); ++i) {
    const JsonRef one = list.at(i);
    ModelMessage message{
        .role = one.get("role").text(), .text = content_text(one.get("content")), .call_id = one.get("tool_call_id").text()};
    const JsonRef calls = one.get("tool_calls");
    for (std::size_t n = 0; calls && n < calls.size(); ++n)
      message.calls.push_back({calls.at(n).get("id").text(), calls.at(n).get("function").get("name").text(),
                               calls.at(n).get("function").get("arguments").text()});
    messages.push_back(std::move(message));
  }
  drop_unmatched(messages);
  pair_up(messages);
  return messages;
}

void fit(std::vector<ModelMessage>& messages, std::int64_t tokens) {
  std::int64_t total = 0;
  std::size_t first = messages.size();
  while (first > 0) {
    total += tokens_of(messages[first - 1]);
    if (total > tokens) break;
    --first;
  }
  const auto last_user = std::find_if(messages.rbegin(), messages.rend(), is_users);
  if (last_user == messages.rend()) return;
  const auto newest = static_cast<std::size_t>(messages.rend() - last_user) - 1;
  while (first < newest && !is_users(messages[first])) ++first;
  messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(std::min(first, newest)));
  drop_unmatched(messages);
}

void keep_exchanges(std::vector<ModelMessage>& messages, std::size_t most) {
  std::size_t first = messages.size(), found = 0;
  while (first > 0 && found <= most)
    if (messages[--first].role == "user") ++found;
  if (found > most) messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(first));
}

std::size_t shorten(std::vector<ModelMessage>& messages) {
  const std::size_t first = !messages.empty() && messages.front().role == "system" ? 1 : 0;
  const auto last_user = std::find_if(messages.rbegin(), messages.rend(), is_users);
  if (last_user == messages.rend()) return 0;
  const auto newest = static_cast<std::size_t>(messages.rend() - last_user) - 1;
  std::int64_t left = 0;
  for (std::size_t i = first; i < messages.size(); ++i) left += tokens_of(messages[i]);
  const std::int64_t wanted = left / 2;
  // Drops from `from` on, up to a message that `starts` a part, and no further than `end`.
  const auto drop = [&](std::size_t from, std::size_t end, bool (*starts)(const ModelMessage&)) {
    std::size_t cut = from;
    while (cut < end && left > wanted) do
        left -= tokens_of(messages[cut++]);
      while (cut < end && !starts(messages[cut]));
    const auto begin = messages.begin() + static_cast<std::ptrdiff_t>(from);
    messages.erase(begin, begin + static_cast<std::ptrdiff_t>(cut - from));
    return cut - from;
  };
  if (first < newest) return drop(first, newest, is_users);
  const auto last_call = std::find_if(messages.rbegin(), messages.rend(), asks_for_tools);
  const auto last_round = static_cast<std::size_t>(messages.rend() - last_call);  // one behind; 0: there is none
  return last_round <= newest + 1 ? 0 : drop(newest + 1, last_round - 1, asks_for_tools);
}

std::string instructions(const ServiceContext& base, const SkillsService& skills, const TurnRequest& request) {
  std::string text =
      "You are an agent that works with tools in a workspace of files. Some tools run only after a person has agreed; when "
      "one is denied, say so and go on without it. Secrets are written as ${credentials.KEY} and are filled in where they "
      "are used; never ask for their values.\n\n";
  text +=
      "Time: " + format_rfc3339(base.clock.now_ms()) + " (UTC); the agent's time zone is " + base.settings.timezone(request.agent) + ".\n";
  text += "Session: " + request.session_key + ".\n";
  if (const auto listed = skills.list(false); listed && !listed->items.empty()) {
    text += "\nSkills (read the file before you use one):\n";
    for (const Skill& skill : listed->items) text += "- " + skill.name + " (" + skill.path + "): " + skill.description.value_or("") + "\n";
  }
  for (const std::string_view name : kFiles) {
    const auto content = base.files.read(name, kMostOfFile);
    if (content && !content->empty()) ((text += "\n# ") += name) += "\n\n" + *content + "\n";
  }
  if (!request.detail_prompt.empty()) text += "\n# For this run\n\n" + request.detail_prompt + "\n";
  return text;
}

}  // namespace facio::serve
