#include "commands/facio/runtime/loop/slash_commands.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/loop/conversation.hpp"
#include "commands/facio/runtime/loop/turn_journal.hpp"
#include "commands/facio/runtime/models/builtin_commands.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostOfLine = 200;
constexpr std::int64_t kUsualHistory = 20, kMostHistory = 200;

/// The first word, and what follows it.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
  text = trimmed(text);
  const auto end = text.find_first_of(" \t\r\n");
  if (end == std::string_view::npos) return {text, {}};
  return {text.substr(0, end), trimmed(text.substr(end))};
}

/// A service's answer as the text of a command.
template <class T>
Result<std::string> output_of(Result<T> reply) {
  if (!reply) return fail(std::move(reply.error()));
  return std::move(reply->output);
}

}  // namespace

struct SlashCommands::Command {
  std::string_view name, arguments, says;
  Result<std::string> (SlashCommands::*run)(const TurnRequest&, std::string_view words);
  bool operators_only = false;
};

std::span<const SlashCommands::Command> SlashCommands::all() {
  static constexpr Command kCommands[] = {
      {"/help", "", "list the commands", &SlashCommands::help},
      {"/version", "", "tell the version", &SlashCommands::version},
      {"/status", "", "tell what the agent does in this session", &SlashCommands::status},
      {"/history", " [NUMBER]", "show the last messages", &SlashCommands::history},
      {"/stop", "", "stop the running turn", &SlashCommands::stop},
      {"/new", "", "start the session afresh", &SlashCommands::reset},
      {"/reflect", "", "let the agent go over its memory now", &SlashCommands::reflect},
      {"/dream", "", "the old name of /reflect", &SlashCommands::reflect},
      {"/restart", "", "restart the runtime", &SlashCommands::restart, true},
      {"/credentials", " expose|unexpose KEY", "give a secret to shell tools, or take it away", &SlashCommands::credentials, true},
  };
  return kCommands;
}

const SlashCommands::Command* SlashCommands::find(std::string_view message) {
  const std::string_view name = split(message).first;
  for (const Command& command : all())
    if (command.name == name) return &command;
  return nullptr;
}

bool SlashCommands::knows(std::string_view message) const { return find(message) != nullptr; }

Result<std::string> SlashCommands::help(const TurnRequest& request, std::string_view) {
  std::string text;
  for (const Command& command : all()) {
    if (command.operators_only && !request.trusted) continue;
    std::string left = std::string(command.name) + std::string(command.arguments);
    left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
    text += left + std::string(command.says) + "\n";
  }
  return text + "with the offline model also:\n" + builtin_help();
}

Result<std::string> SlashCommands::version(const TurnRequest&, std::string_view) { return agent_.version().output; }

Result<std::string> SlashCommands::status(const TurnRequest& request, std::string_view) {
  auto status = agent_.status(request.agent, request.session_key);
  if (!status && status.error().code() == Code::not_found) status = agent_.status(request.agent, std::nullopt);
  return output_of(std::move(status));
}

Result<std::string> SlashCommands::history(const TurnRequest& request, std::string_view words) {
  std::int64_t last = kUsualHistory;
  if (!words.empty() && (!read_number(words, last) || last < 1 || last > kMostHistory))
    return fail(Code::usage, "/history: give a number from 1 to " + std::to_string(kMostHistory));
  auto session = base_.store.sessions().get(request.agent, request.session_key, last, std::nullopt);
  if (!session) return fail(std::move(session.error()));
  if (!*session) return std::string("nothing was said in this session yet");
  auto document = JsonDocument::parse(**session);
  if (!document) return fail(std::move(document.error()));
  std::string text;
  for (const ModelMessage& message : messages_of(document->root())) {
    std::string line = message.text.empty() && !message.calls.empty() ? "(calls " + message.calls.front().tool + ")" : message.text;
    std::ranges::replace(line, '\n', ' ');
    text += (text.empty() ? "" : "\n") + message.role + ": " + cut_text(line, kMostOfLine);
  }
  return text.empty() ? std::string("nothing was said in this session yet") : text;
}

Result<std::string> SlashCommands::stop(const TurnRequest& request, std::string_view) {
  auto stopped = agent_.stop(request.agent, request.session_key);
  if (!stopped && stopped.error().code() == Code::not_found) return std::string("nothing goes on in this session");
  return output_of(std::move(stopped));
}

Result<std::string> SlashCommands::reset(const TurnRequest& request, std::string_view) {
  Result<CommandReply> reply = fail(Code::internal, "");
  auto status = base_.store.run([&](store::Transaction& tx) -> Status {
    reply = agent_.reset(tx, request.agent, request.session_key);
    return reply ? Status{} : fail(Error(reply.error()));
  });
  if (!status && status.error().code() == Code::not_found) return std::string("this session is fresh already");
  if (!status) return fail(std::move(status.error()));
  return output_of(std::move(reply));
}

Result<std::string> SlashCommands::reflect(const TurnRequest& request, std::string_view) {
  return output_of(agent_.reflect(request.agent, request.session_key));
}

Result<std::string> SlashCommands::restart(const TurnRequest&, std::string_view) { return output_of(agent_.can_restart()); }

Result<std::string> SlashCommands::credentials(const TurnRequest& request, std::string_view words) {
  const auto parts = split(words);
  const std::string_view action = parts.first, key = parts.second;
  if ((action != "expose" && action != "unexpose") || key.empty() || key.find(' ') != std::string_view::npos)
    return fail(Code::usage, "/credentials: give expose or unexpose, and a key");
  const bool expose = action == "expose";
  Result<Credential> credential = fail(Code::internal, "");
  auto status = base_.store.run([&](store::Transaction& tx) -> Status {
    credential = credentials_.expose(tx, request.agent, key, {.exposed = expose});
    return credential ? Status{} : fail(Error(credential.error()));
  });
  if (!status) return fail(std::move(status.error()));
  credentials_.changed(request.agent, *credential);
  return std::string(key) + (expose ? " is given to shell tools now" : " is no longer given to shell tools");
}

TurnResult SlashCommands::turn(const TurnRequest& request, TurnHooks& hooks) {
  const Command* command = find(request.message);
  TurnResult result;
  Result<std::string> answer =
      command->operators_only && !request.trusted
          ? fail(Code::forbidden, std::string(command->name) + " is for operators only; call with the management token")
          : (this->*command->run)(request, split(request.message).second);
  result.ok = answer.has_value();
  if (answer) {
    result.answer = std::move(*answer);
  } else {
    result.code = answer.error().code();
    result.error = answer.error().message();
  }
  const std::atomic<bool> kept = true;
  const TurnJournal journal(base_.store, base_.clock, request, kept);
  auto status = base_.store.run([&](store::Transaction& tx) -> Status {
    if (hooks.with_begin)
      if (auto begun = hooks.with_begin(tx); !begun) return begun;
    AuditEvent in = journal.event("message_in");
    in.message = cut_text(request.message, kMostOfEvent);
    if (auto noted = tx.append_audit(request.agent, std::move(in)); !noted) return noted;
    AuditEvent out = journal.event(result.ok ? "message_out" : "error");
    out.message = cut_text(result.ok ? result.answer : result.error, kMostOfEvent);
    if (!result.ok) out.status = "error";
    if (auto noted = tx.append_audit(request.agent, std::move(out)); !noted) return noted;
    return hooks.with_end ? hooks.with_end(tx, result) : Status{};
  });
  result.recorded = status.has_value();
  if (hooks.progress) {
    hooks.progress({TurnProgress::Kind::started, {}, {}});
    if (result.ok) hooks.progress({TurnProgress::Kind::text, {}, result.answer});
  }
  if (result.ok && command->run == &SlashCommands::restart) agent_.restart();
  return result;
}

}  // namespace facio::serve
