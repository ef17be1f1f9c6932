// The agent behind the OpenAI interface: one message in, one answer out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/chat/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"

namespace facio {

namespace serve {
class AgentTurn;
}

/// What somebody asks.
struct ChatQuestion {
  std::string message;
  std::string session_key;  ///< api:ID
  bool trusted = false;     ///< asked with the management token
};

/// Safe from any thread. Ends after the turns: their answers come here.
class ChatService {
 public:
  /// An answer that takes longer than `timeout_ms` is given up, and its turn cut off.
  ChatService(const serve::ServiceContext& context, serve::AgentTurn& turns, std::int64_t timeout_ms);
  ~ChatService();

  Status start();

  /// The model that can be asked: the one of the settings.
  [[nodiscard]] ChatModelList models(std::string_view agent) const;
  /// What a request of the OpenAI interface asks. Code::rejected names the field.
  [[nodiscard]] Result<ChatQuestion> read(std::string_view agent, JsonRef body) const;
  /// Runs a turn; `done` is called once, from another thread. Code::upstream_failed, Code::upstream_timeout, Code::rejected,
  /// Code::unavailable.
  void ask(std::string_view agent, ChatQuestion question, UniqueFunction<void(Result<ChatReply>)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
