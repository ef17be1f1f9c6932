#include "commands/facio/runtime/loop/slash_commands.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/loop/conversation.hpp"
#include "commands/facio/runtime/loop/turn_journal.hpp"
#include "commands/facio/runtime/models/builtin_model.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostOfLine = 200;
constexpr std::int64_t kUsualHistory = 20, kMostHistory = 200;
constexpr const char* kNothingSaid = "there are no messages in this session yet";

using SlashAnswer = Result<std::string>;

struct Command {
  std::string_view name, arguments, summary;
  SlashAnswer (*run)(const SlashCommands& parts, const TurnRequest& request, std::string_view arguments);
  bool operators_only = false;
};

/// A service's reply as the answer to a command; `not_found` instead of an error of that class.
template <class T>
SlashAnswer answer_of(Result<T> reply, const char* not_found = nullptr) {
  if (reply) return std::move(reply->output);
  if (not_found != nullptr && reply.error().code() == Code::not_found) return not_found;
  return fail(std::move(reply.error()));
}

SlashAnswer show_help(const SlashCommands&, const TurnRequest& request, std::string_view);

SlashAnswer show_version(const SlashCommands& parts, const TurnRequest&, std::string_view) { return parts.agent.version().output; }

SlashAnswer show_status(const SlashCommands& parts, const TurnRequest& request, std::string_view) {
  auto status = parts.agent.status(request.agent, request.session_key);
  if (!status && status.error().code() == Code::not_found) status = parts.agent.status(request.agent, std::nullopt);
  return answer_of(std::move(status));
}

SlashAnswer show_history(const SlashCommands& parts, const TurnRequest& request, std::string_view arguments) {
  std::int64_t last = kUsualHistory;
  if (!arguments.empty() && (!read_number(arguments, last) || last < 1 || last > kMostHistory))
    return fail(Code::usage, "/history: give a number from 1 to " + std::to_string(kMostHistory));
  auto session = parts.base.store.sessions().get(request.agent, request.session_key, last, std::nullopt);
  if (!session) return fail(std::move(session.error()));
  if (!*session) return kNothingSaid;
  auto document = JsonDocument::parse(**session);
  if (!document) return fail(std::move(document.error()));
  std::string text;
  for (const ModelMessage& message : messages_of(document->root())) {
    std::string line = message.text.empty() && !message.calls.empty() ? "(calls " + message.calls.front().tool + ")" : message.text;
    std::ranges::replace(line, '\n', ' ');
    text += (text.empty() ? "" : "\n") + message.role + ": " + cut_text(line, kMostOfLine);
  }
  return text.empty() ? kNothingSaid : text;
}

SlashAnswer stop_turn(const SlashCommands& parts, const TurnRequest& request, std::string_view) {
  return answer_of(parts.agent.stop(request.agent, request.session_key), "nothing is running in this session");
}

/// Runs `work` as one unit of work and returns its value.
template <class T, class Work>
Result<T> in_transaction(store::Store& store, Work work) {
  Result<T> made = fail(Code::internal, "");
  auto status = store.run([&](store::Transaction& tx) -> Status {
    made = work(tx);
    return made ? Status{} : fail(Error(made.error()));
  });
  if (!status) return fail(std::move(status.error()));
  return made;
}

SlashAnswer reset_session(const SlashCommands& parts, const TurnRequest& request, std::string_view) {
  return answer_of(in_transaction<CommandReply>(
                       parts.base.store, [&](store::Transaction& tx) { return parts.agent.reset(tx, request.agent, request.session_key); }),
                   "this session is already empty");
}

SlashAnswer start_reflection(const SlashCommands& parts, const TurnRequest& request, std::string_view) {
  return answer_of(parts.agent.reflect(request.agent, request.session_key));
}

SlashAnswer check_restart(const SlashCommands& parts, const TurnRequest&, std::string_view) { return answer_of(parts.agent.can_restart()); }

SlashAnswer expose_credential(const SlashCommands& parts, const TurnRequest& request, std::string_view arguments) {
  const auto [action, key] = split_command(arguments);
  if ((action != "expose" && action != "unexpose") || key.empty() || key.find(' ') != std::string_view::npos)
    return fail(Code::usage, "/credentials: give expose or unexpose, and a key");
  const bool expose = action == "expose";
  auto credential = in_transaction<Credential>(parts.base.store, [&, name = key](store::Transaction& tx) {
    return parts.credentials.expose(tx, request.agent, name, {.exposed = expose});
  });
  if (!credential) return fail(std::move(credential.error()));
  parts.credentials.changed(request.agent, *credential);
  return std::string(key) + (expose ? " is now exposed to shell tools" : " is no longer exposed to shell tools");
}

constexpr Command kCommands[] = {
    {"/help", "", "list the commands", show_help},
    {"/version", "", "show the version", show_version},
    {"/status", "", "show what the agent is doing in this session", show_status},
    {"/history", " [NUMBER]", "show the last messages", show_history},
    {"/stop", "", "stop the running turn", stop_turn},
    {"/new", "", "restart the session", reset_session},
    {"/reflect", "", "run a reflection now", start_reflection},
    {"/dream", "", "old name of /reflect", start_reflection},
    {"/restart", "", "restart the runtime", check_restart, true},
    {"/credentials", " expose|unexpose KEY", "expose a secret to shell tools, or withdraw it", expose_credential, true},
};

SlashAnswer show_help(const SlashCommands&, const TurnRequest& request, std::string_view) {
  std::string text;
  for (const Command& command : kCommands)
    if (!command.operators_only || request.trusted) text += help_line(command.name, command.arguments, command.summary) + "\n";
  return text + "also with the offline model:\n" + builtin_help();
}

const Command* find_command(std::string_view message) {
  const auto* found = std::ranges::find(kCommands, split_command(message).first, &Command::name);
  return found == std::end(kCommands) ? nullptr : found;
}

}  // namespace

bool SlashCommands::knows(std::string_view message) const { return find_command(message) != nullptr; }

TurnResult SlashCommands::turn(const TurnRequest& request, TurnHooks& hooks) const {
  const Command& command = *find_command(request.message);
  TurnResult result;
  SlashAnswer answer = command.operators_only && !request.trusted
                           ? fail(Code::forbidden, std::string(command.name) + " is only for operators; it needs the management token")
                           : command.run(*this, request, split_command(request.message).second);
  result.ok = answer.has_value();
  if (answer) {
    result.answer = std::move(*answer);
  } else {
    result.code = answer.error().code();
    result.error = answer.error().message();
  }
  auto status = base.store.run([&](store::Transaction& tx) -> Status {
    if (hooks.with_begin)
      if (auto begun = hooks.with_begin(tx); !begun) return begun;
    AuditEvent in = turn_event(request, "message_in");
    in.message = cut_text(request.message, kMostOfEvent);
    if (auto noted = tx.append_audit(request.agent, std::move(in)); !noted) return noted;
    if (auto noted = tx.append_audit(request.agent, end_event(request, result)); !noted) return noted;
    return hooks.with_end ? hooks.with_end(tx, result) : Status{};
  });
  result.recorded = status.has_value();
  if (hooks.progress) {
    hooks.progress({TurnProgress::Kind::started, {}, {}});
    if (result.ok) hooks.progress({TurnProgress::Kind::text, {}, result.answer});
  }
  if (result.ok && command.run == check_restart) agent.restart();
  return result;
}

}  // namespace facio::serve
