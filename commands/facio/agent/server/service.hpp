// The agent as a whole: its card, its state, and the commands that stop, reset and restart it.
#pragma once

#include <string>
#include <string_view>

#include "commands/facio/agent/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/cancel.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

class ImprovementService;
class SessionsService;
namespace serve {
class AgentTurn;
}

struct AgentIdentity {
  std::string version;
  std::string url;   ///< public address of the server, without a path
  bool a2a = false;  ///< other agents may send requests
  std::int64_t started_ms = 0;
  std::string audit_key = {};  ///< that verifies the audit log; empty: it is not signed
};

/// Without a session, the default one is meant: api:default, which exists even while it is empty. Safe from any thread.
class AgentService {
 public:
  AgentService(const serve::ServiceContext& context, SessionsService& sessions, ImprovementService& improvement, serve::AgentTurn& turns,
               AgentIdentity identity)
      : base_(context), sessions_(sessions), improvement_(improvement), turns_(turns), identity_(std::move(identity)) {}

  /// The card of the A2A protocol, in a form that clients of versions 0.3 and 1.0 read; `newer`: only what version 1.0 has.
  [[nodiscard]] AgentCard card(bool newer = false) const;
  [[nodiscard]] AgentVersionReply version() const;
  /// Whether A2A is enabled.
  [[nodiscard]] bool answers_agents() const { return identity_.a2a; }
  [[nodiscard]] std::int64_t started_ms() const { return identity_.started_ms; }
  /// What the agent does in a session. Code::not_found for an unknown one.
  Result<AgentStatus> status(std::string_view agent, const std::optional<std::string>& session);
  /// Cancels the turns of a session, or every turn, and gives their number. Code::not_found for an unknown session.
  Result<std::size_t> ask_to_stop(std::string_view agent, const std::optional<std::string>& session);
  /// Waits a moment for those that were cancelled, and says whether they have stopped. Blocks.
  CommandReply wait_for_stop(std::string_view agent, const std::optional<std::string>& session, std::size_t count);
  /// Both.
  Result<CommandReply> stop(std::string_view agent, const std::optional<std::string>& session) {
    return ask_to_stop(agent, session).map([&](std::size_t count) { return wait_for_stop(agent, session, count); });
  }
  /// Stops the session's turn and drops its messages. Code::not_found for an unknown session.
  Result<CommandReply> reset(store::Transaction& tx, std::string_view agent, const std::string& session);
  /// Starts a reflection on a session, or on all, in another thread. Code::not_found for an unknown session, Code::conflict
  /// when self-improvement is off.
  Result<CommandReply> reflect(std::string_view agent, const std::optional<std::string>& session);
  /// The answer to a request for a restart. Code::unavailable if the server would lose its data.
  Result<CommandReply> can_restart();
  /// Asks whoever waits on restart_fd() to restart the server.
  void restart() { restart_.cancel({}); }

  /// Readable after restart().
  [[nodiscard]] int restart_fd() const { return restart_.fd(); }

 private:
  Result<std::int64_t> message_count(std::string_view agent, const std::string& session);
  Status check_known(std::string_view agent, const std::optional<std::string>& session);

  const serve::ServiceContext& base_;
  SessionsService& sessions_;
  ImprovementService& improvement_;
  serve::AgentTurn& turns_;
  const AgentIdentity identity_;
  const std::int64_t started_elapsed_ms_ = base_.clock.elapsed_ms();
  serve::Cancel restart_;
};

}  // namespace facio
