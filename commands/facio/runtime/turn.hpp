// One turn of the agent, behind one interface: whoever has a message (cron, a command, a chat) gives it here and gets the answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/unique_function.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/sessions/shapes.hpp"

namespace facio::store {
class Transaction;
}

namespace facio::serve {

/// Where a message goes that names no session.
inline constexpr std::string_view kDefaultSession = "api:default";

/// What a turn is to work on.
struct TurnRequest {
  std::string agent;
  std::string run_id;
  std::string trace_id;
  std::string session_key;  ///< "cron:5f0c9a12"
  std::string origin;       ///< what started it, as "cron"
  std::string channel;      ///< lane in the audit log
  std::string message;
  std::string detail_prompt = {};  ///< further instructions; may be empty
  std::string parent_run_id = {};  ///< the run that asked for this one; may be empty
  std::string channel_id = {};     ///< conversation on the channel; may be empty
  std::string actor = {};          ///< who sent the message, where that is known
  bool trusted = false;            ///< sent by an operator: may use the commands that change the runtime
  bool require_approval = false;   ///< a person is asked before the first tool that changes something, whatever the policy says
};

/// What came of it.
struct TurnResult {
  bool ok = false;
  bool interrupted = false;  ///< stopped before it was done
  bool recorded = false;     ///< message and end are durable; false when the turn never began, or its end could not be written
  std::string answer;        ///< when ok
  std::string error;         ///< one sentence, when not ok
  std::string provider;
  std::string model;
  std::int64_t duration_ms = 0;
  Code code = Code::ok;  ///< class of the error
  // What the provider counted; 0 where it counts nothing.
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0;
  std::int64_t tool_calls = 0;
  std::int64_t iterations = 0;  ///< requests to the model
  std::string failing_tool;     ///< tool that failed most often in a row; empty when none did
  std::int64_t failed_in_a_row = 0;
};

/// What goes on inside a turn, for whoever wants to watch.
struct TurnProgress {
  enum class Kind : std::uint8_t {
    started,      ///< the message is durable
    text,         ///< a piece of the answer; `text`
    tool_call,    ///< a tool is about to run; `tool`, `text` holds its arguments
    tool_result,  ///< a tool has ended; `tool`, `text` what it gave
    waiting,      ///< a person is asked; `tool`, `text` the approval's id
    resumed,      ///< the person has decided
  };
  Kind kind = Kind::started;
  std::string tool;
  std::string text;
};

/// What happens along with a turn. Any of them may be missing.
struct TurnHooks {
  /// Called as the turn goes on, from its thread; must not block.
  UniqueFunction<void(const TurnProgress&)> progress = {};
  /// Part of the unit of work that makes the beginning durable, together with the message itself.
  UniqueFunction<Status(store::Transaction&)> with_begin = {};
  /// Part of the unit of work that makes the end durable, together with the answer. May be called again when the disk refused.
  UniqueFunction<Status(store::Transaction&, const TurnResult&)> with_end = {};
};

/// Runs turns: one at a time in a session, in the order in which they came; many sessions at once. Safe from any thread.
class AgentTurn {
 public:
  virtual ~AgentTurn() = default;
  /// Starts a turn and returns; `done` is called exactly once, from a thread of the implementation, when the end of the turn is durable.
  virtual void run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) = 0;
  void run(TurnRequest request, UniqueFunction<void(TurnResult)> done) { run(std::move(request), {}, std::move(done)); }
  /// Cuts off the turns of a session (empty: of every session) of an agent, those that wait too; gives how many there were. Their
  /// `done` gets an interrupted result.
  virtual std::size_t cancel(std::string_view agent, std::string_view session_key) = 0;
  /// As cancel() for a session that is about to be cleared: what was cut off leaves nothing more in it.
  virtual std::size_t cancel_and_drop(std::string_view agent, std::string_view session_key) { return cancel(agent, session_key); }
  /// Cuts off one turn; false when there is none of this id.
  virtual bool cancel_run(std::string_view agent, std::string_view run_id) = 0;
  /// Whether a turn of a session (empty: of any session) goes on or waits.
  [[nodiscard]] virtual bool busy(std::string_view agent, std::string_view session_key) const = 0;
  /// Takes no more turns, waits up to `grace` for those that go on, then cuts them off. Every `done` has been called when it returns.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace facio::serve
