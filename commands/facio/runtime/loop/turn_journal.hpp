// What a turn leaves behind while it goes on: nothing that was acknowledged is lost when the process ends at any point, and no call of a
// tool is made a second time.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "commands/facio/audit/shapes.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

class Clock;

/// Bytes of a text in an event.
inline constexpr std::size_t kMostOfEvent = 2000;

/// One turn's record. The message is durable before the first model is asked, a call of a tool before it is made, its outcome before the
/// model hears of it. All calls block. For one thread.
class TurnJournal {
 public:
  /// `dropped` turns true when the session was cleared: from then on nothing is added to it.
  TurnJournal(store::Store& store, const Clock& clock, const TurnRequest& request, const std::atomic<bool>& dropped);

  /// An event of this turn, with all its ids; `step`: the request to the model that it belongs to, from 1; 0: none.
  [[nodiscard]] AuditEvent event(std::string_view kind, std::int64_t step = 0) const;

  /// The message, its event, and the note that this turn goes on.
  Status begin(TurnHooks& hooks);
  /// What the model asked for: `text` and the calls, all of them open. `events` are written along.
  Status calls(const std::string& text, const std::vector<ModelCall>& calls, std::vector<AuditEvent> events, const TurnResult& so_far);
  /// What one call gave.
  Status outcome(const ModelCall& call, const std::string& output, std::vector<AuditEvent> events, const TurnResult& so_far);
  /// The answer, or why there is none; the usage; and that the turn is over.
  Status end(TurnHooks& hooks, const TurnResult& result, std::vector<AuditEvent> events);

 private:
  struct State;
  Status write(const TurnResult& so_far, std::vector<SessionMessage> messages, std::vector<AuditEvent> events);

  store::Store& store_;
  const Clock& clock_;
  const TurnRequest& request_;
  const std::atomic<bool>& dropped_;
  std::int64_t started_ms_ = 0;
  std::vector<ModelCall> open_;  ///< calls without an outcome
};

/// A conversation's message as text.
SessionMessage text_message(std::string_view role, std::string_view text);

/// Settles the turns that went on when the process ended: their open calls get an outcome that says so, they count as used what was
/// counted, and an event tells of each. To be called before the first turn.
Status recover_turns(store::Store& store, const Clock& clock, std::string_view agent);

}  // namespace facio::serve
