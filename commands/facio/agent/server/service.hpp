// The agent as a whole: its card, its state, and the commands that stop, reset and restart it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/agent/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

class ImprovementService;
class SessionsService;
namespace serve {
class AgentTurn;
}

/// What the agent tells about itself.
struct AgentIdentity {
  std::string version;
  std::string url;   ///< where others reach the server, without a path
  bool a2a = false;  ///< other agents may send requests
  std::int64_t started_ms = 0;
};

/// A session that is not named is the default one, api:default; it exists even before anything was said in it. Safe from any thread.
class AgentService {
 public:
  AgentService(const serve::ServiceContext& context, SessionsService& sessions, ImprovementService& improvement, serve::AgentTurn& turns,
               AgentIdentity identity);
  ~AgentService();

  /// The card of the A2A protocol, in a form that clients of versions 0.3 and 1.0 read; `newer`: as version 1.0 has it, without the rest.
  [[nodiscard]] AgentCard card(bool newer = false) const;
  [[nodiscard]] AgentVersionReply version() const;
  [[nodiscard]] std::int64_t started_ms() const;
  /// What the agent does in a session. Code::not_found for an unknown one.
  Result<AgentStatus> status(std::string_view agent, const std::optional<std::string>& session);
  /// Stops the turn of a session, or every turn. Code::not_found for an unknown session.
  Result<CommandReply> stop(std::string_view agent, const std::optional<std::string>& session);
  /// Stops the session's turn and drops its messages. Code::not_found for an unknown session.
  Result<CommandReply> reset(store::Transaction& tx, std::string_view agent, const std::string& session);
  /// Goes over what was said in a session, or in all, later and in another thread. Code::not_found for an unknown session, Code::conflict
  /// when self-improvement is off.
  Result<CommandReply> reflect(std::string_view agent, const std::optional<std::string>& session);
  /// The answer to a request for a restart. Code::unavailable for a server that would lose its data.
  Result<CommandReply> can_restart();
  /// Asks whoever waits for restart_fd() to restart the server.
  void restart();

  /// Readable after restart().
  [[nodiscard]] int restart_fd() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
