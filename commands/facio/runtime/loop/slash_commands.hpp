// Commands that people type into a conversation; the same code as that of the API's routes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/turn.hpp"

namespace facio {
class AgentService;
class CredentialsService;
class SessionsService;
}  // namespace facio

namespace facio::serve {

/// /help, /version, /status, /history, /stop, /new, /reflect; from an operator also /restart and /credentials. They belong to no turn: the
/// model hears nothing of them, the session keeps nothing, and they wait for no turn that goes on. The audit log has them.
class SlashCommands {
 public:
  SlashCommands(const ServiceContext& context, AgentService& agent, CredentialsService& credentials)
      : base_(context), agent_(agent), credentials_(credentials) {}

  /// Whether a message is one of them.
  [[nodiscard]] bool knows(std::string_view message) const;
  /// Does what one of them says, writes its events with the hooks' parts, and gives the answer. Blocks.
  TurnResult turn(const TurnRequest& request, TurnHooks& hooks);

 private:
  struct Command;
  static std::span<const Command> all();
  static const Command* find(std::string_view message);
  Result<std::string> help(const TurnRequest&, std::string_view);
  Result<std::string> version(const TurnRequest&, std::string_view);
  Result<std::string> status(const TurnRequest& request, std::string_view);
  Result<std::string> history(const TurnRequest& request, std::string_view words);
  Result<std::string> stop(const TurnRequest& request, std::string_view);
  Result<std::string> reset(const TurnRequest& request, std::string_view);
  Result<std::string> reflect(const TurnRequest& request, std::string_view);
  Result<std::string> restart(const TurnRequest&, std::string_view);
  Result<std::string> credentials(const TurnRequest& request, std::string_view words);

  const ServiceContext& base_;
  AgentService& agent_;
  CredentialsService& credentials_;
};

}  // namespace facio::serve
