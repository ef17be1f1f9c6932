// The newest events of one agent, none missed and none twice, whatever the agent can do: server-sent events where it has them, else polls
// of GET /audit/tail that overlap, and GET /audit where they do not.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "cli/command_line/client.hpp"
#include "cli/http/event_stream.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// What a reader of the log is told.
struct TailUpdate {
  enum class Kind : std::uint8_t {
    event,
    gap,   ///< events between two times may be missing
    lost,  ///< the agent is away; `words` says why, `wait_ms` when it is asked again
    back,  ///< it answers again
  };
  Kind kind = Kind::event;
  Event event = {};
  std::string words = {};
  std::int64_t from_ms = 0, to_ms = 0;
  int wait_ms = 0;
};

class Tail {
 public:
  /// `may_stream`: server-sent events are used where the agent offers them.
  Tail(Client& client, bool may_stream) : client_(client), may_stream_(may_stream) {}

  /// Goes on behind this event. Without a call everything that is in the log comes.
  void begin_behind(const Cursor& last);
  /// An event that the reader has already, behind the beginning.
  void mark_seen(const Event& event) { remember(event); }
  /// What came, waiting at most so long for the first. A failure is one that waiting cannot mend.
  Status read(int wait_ms, std::vector<TailUpdate>& news);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Found : std::uint8_t { everything, too_little, nothing };

  Status poll(std::vector<TailUpdate>& news);
  Status ask(std::vector<TailUpdate>& news);
  Result<std::optional<std::vector<Event>>> ask_tail(std::vector<TailUpdate>& news);
  Found take(std::vector<Event>& events, std::vector<TailUpdate>& news);
  Status walk(std::vector<TailUpdate>& news);
  Status failed(const Error& error, long retry_after_s, std::vector<TailUpdate>& news);
  void answered(std::vector<TailUpdate>& news);
  void emit(Event&& event, std::vector<TailUpdate>& news);
  void remember(const Event& event);
  void remember(std::uint64_t id);

  void take_unproven(std::vector<Event>& events, std::vector<TailUpdate>& news);
  void open_stream();
  bool read_stream(int wait_ms, std::vector<TailUpdate>& news);

  Client& client_;
  bool may_stream_;
  bool offered_ = false;  ///< the agent says that it can stream
  bool has_tail_ = true;  ///< it knows GET /audit/tail
  bool has_log_ = true;   ///< and GET /audit
  bool away_ = false;
  bool expected_ = false;  ///< the last event must still be in the log
  bool flowing_ = false;   ///< something came that was not of our own asking
  std::size_t ask_for_ = 50;
  int interval_ms_ = 250;
  int backoff_ms_ = 0;
  Instant next_{};  ///< when to ask again
  Instant walked_{};
  std::int64_t walked_day_ = -1;
  std::optional<Cursor> last_;
  std::unordered_set<std::uint64_t> seen_;
  std::deque<std::uint64_t> order_;  ///< of seen_, the oldest first
  std::optional<LiveAnswer> stream_;
  std::optional<EventStreamReader> reader_;
  Instant heard_{};  ///< when the stream last gave bytes
};

}  // namespace facio::audit
