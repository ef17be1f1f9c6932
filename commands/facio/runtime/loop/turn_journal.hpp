// What a turn records while it runs: nothing that was acknowledged is lost when the process ends at any point, and no call of a tool is
// made a second time.
#pragma once

#include <atomic>
#include <vector>

#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

class Clock;

/// Longest text in an event, in bytes.
inline constexpr std::size_t kMostOfEvent = 2000;

/// An event of a turn, with all its ids; `step`: the request to the model that it belongs to, from 1; 0: none.
AuditEvent turn_event(const TurnRequest& request, std::string_view kind, std::int64_t step = 0);
/// The event of the turn's end: message_out with the answer, or error.
AuditEvent end_event(const TurnRequest& request, const TurnResult& result);

/// One turn's record. The message is durable before the first model is asked, a tool call before it is made, its outcome before the model
/// sees it. All calls block. For one thread.
class TurnJournal {
 public:
  /// `dropped` turns true when the session is cleared: from then on nothing is added to it.
  TurnJournal(store::Store& store, const Clock& clock, const TurnRequest& request, const std::atomic<bool>& dropped)
      : store_(store), clock_(clock), request_(request), dropped_(dropped) {}

  /// Records the message, its event, and that this turn is running.
  Status begin(TurnHooks& hooks);
  /// Records what the model asked for: `text` and the calls, all of them open; and `events`.
  Status calls(const std::string& text, const std::vector<ModelCall>& calls, const std::vector<AuditEvent>& events,
               const TurnUsage& so_far);
  /// Records what one call returned.
  Status outcome(const ModelCall& call, const std::string& output, const std::vector<AuditEvent>& events, const TurnUsage& so_far);
  /// Records the answer, or why there is none; the usage; and that the turn is over.
  Status end(TurnHooks& hooks, const TurnResult& result, const std::vector<AuditEvent>& events);

 private:
  [[nodiscard]] bool is_dropped() const;
  Status append(store::Transaction& tx, const std::vector<SessionMessage>& messages, const std::vector<AuditEvent>& events,
                bool dropped) const;
  Status write(const SessionMessage& message, const std::vector<AuditEvent>& events, const TurnUsage& so_far);
  Status save_note(store::Transaction& tx, const TurnUsage& so_far) const;

  store::Store& store_;
  const Clock& clock_;
  const TurnRequest& request_;
  const std::atomic<bool>& dropped_;
  std::int64_t started_ms_ = 0;
  std::vector<ModelCall> open_;  ///< calls without an outcome
};

/// A message of a conversation with plain text.
SessionMessage text_message(std::string_view role, std::string_view text);

/// Settles the turns that were running when the process ended: their open calls get an outcome that says so, what they used is counted, and
/// an event records each. To be called before the first turn.
Status recover_turns(store::Store& store, const Clock& clock, std::string_view agent);

}  // namespace facio::serve
