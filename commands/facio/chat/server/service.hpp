// The agent behind the OpenAI interface: one message in, one answer out.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/chat/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/alarm_clock.hpp"

namespace facio {

namespace serve {
class AgentTurn;
struct TurnResult;
}  // namespace serve

struct ChatQuestion {
  std::string message;
  std::string session_key;  ///< api:ID
  bool trusted = false;     ///< asked with the management token
  std::string source;       ///< as RunContext::source
};

/// Safe from any thread. Outlives the turns, whose answers it receives.
class ChatService {
 public:
  /// An answer that takes longer than `timeout_ms` is given up, and its turn cancelled.
  ChatService(const serve::ServiceContext& context, serve::AgentTurn& turns, std::int64_t timeout_ms);

  Status start();

  /// The model that can be asked: the one of the settings.
  [[nodiscard]] ChatModelList models(std::string_view agent) const;
  /// The same by its name. Code::not_found.
  [[nodiscard]] Result<ChatModel> one_model(std::string_view agent, std::string_view id) const;
  /// What a request of the OpenAI interface asks. Code::rejected names the field.
  [[nodiscard]] Result<ChatQuestion> read(std::string_view agent, JsonRef body) const;
  /// Runs a turn; `done` is called once, from another thread. Code::turn_failed, Code::rejected, Code::forbidden (a command without the
  /// token); for a turn that never began Code::unavailable or Code::throttled. Gives the run's id.
  std::string ask(std::string_view agent, ChatQuestion question, UniqueFunction<void(Result<ChatReply>)> done);
  /// Whoever waits for the answer of this run has gone away: it is cancelled, and its `done` is still called.
  void abandon(std::string_view run);

 private:
  /// A turn whose answer somebody waits for.
  struct Waiting {
    std::string agent;
    std::string model;
    std::int64_t deadline_ms = 0;  ///< by Clock::elapsed_ms(): a person waits so long, whatever the time
    UniqueFunction<void(Result<ChatReply>)> done;
  };

  [[nodiscard]] std::string model(std::string_view agent) const;
  std::optional<Waiting> take(std::string_view run);
  void give_up();
  void ended(const std::string& run, const serve::TurnResult& result);
  void unrecorded(const std::string& run, const Error& why);

  const serve::ServiceContext& base_;
  serve::AgentTurn& turns_;
  const std::int64_t timeout_ms_, started_ms_;
  std::mutex mutex_;
  std::map<std::string, Waiting, std::less<>> waiting_;  ///< by run; guarded by mutex_
  serve::AlarmClock alarm_;                              ///< last: its thread uses the other members
};

}  // namespace facio
