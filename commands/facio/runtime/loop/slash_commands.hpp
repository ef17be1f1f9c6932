// Commands that people type into a conversation; they run the same code as the API's routes.
#pragma once

#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/turn.hpp"

namespace facio {
class AgentService;
class CredentialsService;
}  // namespace facio

namespace facio::serve {

/// /help, /version, /status, /history, /stop, /new, /reflect; from an operator also /restart and /credentials. They belong to no turn: the
/// model does not see them, the session does not keep them, and they wait for no running turn. The audit log records them.
struct SlashCommands {
  const ServiceContext& base;
  AgentService& agent;
  CredentialsService& credentials;

  /// Whether a message is one of them.
  [[nodiscard]] bool knows(std::string_view message) const;
  /// Executes a message that is one of them, writes its events together with what the hooks add, and returns the answer. Blocks.
  TurnResult turn(const TurnRequest& request, TurnHooks& hooks) const;
};

}  // namespace facio::serve
