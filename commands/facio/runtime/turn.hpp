// One turn of the agent: whatever receives a message (cron, a command, a chat) passes it in here and gets the answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/core/unique_function.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/providers/shapes.hpp"
#include "commands/facio/runtime/run_context.hpp"
#include "commands/facio/usage/shapes.hpp"

namespace facio::store {
class Transaction;
}

namespace facio::serve {

class ToolSource;

/// The session of a message that names none.
inline constexpr std::string_view kDefaultSession = "api:default";

struct TurnRequest : RunContext {
  std::string message = {};
  std::string detail_prompt = {};  ///< further instructions; may be empty
  std::string parent_run_id = {};  ///< the run that asked for this one; may be empty
  std::string channel_id = {};     ///< conversation on the channel; may be empty
  std::string actor = {};          ///< who sent the message, if known
  bool trusted = false;            ///< sent by an operator: may use the commands that change the runtime
  bool anonymous = false;          ///< sent without a token: may use no commands at all
  bool require_approval = false;   ///< ask a person before the first tool that changes something, whatever the policy says
  TimeLimits limits = {};          ///< of the model's answers, where they differ from those of provider and settings
  std::int64_t max_turn_ms = 0;    ///< longest work; 0: as the settings say
};

/// What a turn has used so far. Counters of the provider stay 0 if it reports none.
struct TurnUsage : UsageCounters {
  std::string provider, model;
};

struct TurnResult : TurnUsage {
  bool ok = false;
  bool interrupted = false;  ///< stopped before it was done
  bool begun = false;        ///< the message is durable: sent again, it would be another turn
  bool recorded = false;     ///< message and end are durable; false when the turn never began, or its end could not be written
  std::string answer;        ///< when ok
  std::string error;         ///< one sentence, when not ok
  Code code = Code::ok;      ///< class of the error
  unsigned wait_s = 0;       ///< the turn was refused, and may be tried again after so many seconds
  std::string failing_tool;  ///< tool with the longest series of failures; empty when none failed
  std::int64_t failed_in_a_row = 0;
};

/// What happens inside a turn, for observers.
struct TurnProgress {
  enum class Kind : std::uint8_t {
    started,      ///< the message is durable
    text,         ///< a piece of the answer; `text`
    tool_call,    ///< a tool is about to run; `tool`, `text` holds its arguments
    tool_result,  ///< a tool has ended; `tool`, `text` holds its output
    waiting,      ///< a person is being asked; `tool`, `text` is the approval's id
    resumed,      ///< the person has decided
  };
  Kind kind = Kind::started;
  std::string tool;
  std::string text;
};

/// Any of them may be missing.
struct TurnHooks {
  /// Tools that exist in this turn alone, beside those of the agent.
  std::shared_ptr<ToolSource> tools = {};
  /// Called on the turn's thread as it progresses; must not block.
  UniqueFunction<void(const TurnProgress&)> progress = {};
  /// Part of the unit of work that makes the beginning durable, together with the message itself.
  UniqueFunction<Status(store::Transaction&)> with_begin = {};
  /// Part of the unit of work that makes the end durable, together with the answer. Called again if the disk refused the write.
  UniqueFunction<Status(store::Transaction&, const TurnResult&)> with_end = {};
  /// Called once when the turn has ended, and its end cannot be made durable now: whoever waits need wait no longer. The attempts go on;
  /// `done` is called after them.
  UniqueFunction<void(const TurnResult&, const Error& why)> unrecorded = {};
};

/// Runs turns: one at a time in a session, in the order of arrival; many sessions at once. Safe from any thread.
class AgentTurn {
 public:
  virtual ~AgentTurn() = default;
  /// Starts a turn and returns; `done` is called exactly once, from a thread of the implementation, when the end of the turn is durable.
  virtual void run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) = 0;
  void run(TurnRequest request, UniqueFunction<void(TurnResult)> done) { run(std::move(request), {}, std::move(done)); }
  /// Cancels the running and queued turns of an agent's session (empty: of all its sessions) and returns their number. Their `done` gets
  /// an interrupted result.
  virtual std::size_t cancel(std::string_view agent, std::string_view session_key) = 0;
  /// The same for a session that is about to be cleared: the cancelled turns add nothing more to it.
  virtual std::size_t cancel_and_drop(std::string_view agent, std::string_view session_key) { return cancel(agent, session_key); }
  /// Cancels one turn, for this reason; false when there is none with this id.
  virtual bool cancel_run(std::string_view agent, std::string_view run_id, std::string_view why) = 0;
  bool cancel_run(std::string_view agent, std::string_view run_id) { return cancel_run(agent, run_id, "it was stopped manually"); }
  /// Waits until the turns of a session (empty: of all) that were cancelled before have ended; false when some had not in that time.
  virtual bool wait_cancelled(std::string_view agent, std::string_view session_key, std::chrono::milliseconds most) = 0;
  /// Whether a turn of a session (empty: of any session) is running or queued.
  [[nodiscard]] virtual bool busy(std::string_view agent, std::string_view session_key) const = 0;
  /// How many turns of a session wait behind the one that is running.
  [[nodiscard]] virtual std::size_t waiting(std::string_view agent, std::string_view session_key) const = 0;
  /// Accepts no more turns and cancels those there are. Does not wait.
  virtual void abort() = 0;
  /// Accepts no more turns, waits up to `grace` for the running ones, then cancels them. Every `done` has been called when it returns, so
  /// it takes as long as a tool that does not hear the cancel.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace facio::serve
