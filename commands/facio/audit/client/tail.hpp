// The newest events of one agent, each exactly once, whatever the agent can do: server-sent events where it offers them, else overlapping
// polls of GET /audit/tail, and GET /audit where they do not overlap.
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

struct TailUpdate {
  enum class Kind : std::uint8_t {
    event,
    gap,   ///< events between two times may be missing
    lost,  ///< the agent cannot be reached; `message` says why, `wait_ms` when it is asked again
    back,  ///< it answers again
  };
  Kind kind = Kind::event;
  Event event = {};
  std::string message = {};
  std::int64_t from_ms = 0, to_ms = 0;
  int wait_ms = 0;

  static TailUpdate gap(std::int64_t from_ms, std::int64_t to_ms) { return {.kind = Kind::gap, .from_ms = from_ms, .to_ms = to_ms}; }
};

/// Whether waiting may help.
inline bool is_transient(const Error& error) { return info(error.code()).retryable || error.code() == Code::timeout; }

class Tail {
 public:
  /// `may_stream`: use server-sent events where the agent offers them.
  Tail(Client& client, bool may_stream) : client_(client), may_stream_(may_stream) {}

  /// Continues after this event. Without a call the tail gives the whole log.
  void begin_after(const Cursor& last);
  /// Leaves out an event that the reader has already.
  void mark_seen(const Event& event) { remember(event.id); }
  /// Appends new updates, waiting at most `wait_ms` for the first. Fails only where waiting cannot help.
  Status read(int wait_ms, std::vector<TailUpdate>& updates);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Found : std::uint8_t { everything, too_little, nothing };

  Status poll(std::vector<TailUpdate>& updates);
  Status ask(std::vector<TailUpdate>& updates);
  Result<std::optional<std::vector<Event>>> ask_tail(std::vector<TailUpdate>& updates);
  Found take_known(std::vector<Event>& events, std::vector<TailUpdate>& updates);
  Status read_on(std::vector<TailUpdate>& updates);
  Status on_failure(const Error& error, long retry_after_s, std::vector<TailUpdate>& updates);
  void on_success(std::vector<TailUpdate>& updates);
  void emit_new(Event&& event, std::vector<TailUpdate>& updates);
  void remember(std::uint64_t id);
  void take_unproven(std::vector<Event>& events, std::vector<TailUpdate>& updates);
  void open_stream();
  bool read_stream(int wait_ms, std::vector<TailUpdate>& updates);

  Client& client_;
  bool may_stream_;
  bool offered_ = false;  ///< the agent offers a stream
  bool has_tail_ = true;  ///< it knows GET /audit/tail
  bool has_log_ = true;   ///< and GET /audit
  bool away_ = false;
  bool expected_ = false;  ///< the last event must still be in the log
  bool flowing_ = false;   ///< the last poll gave events other than those of our own requests
  std::size_t ask_for_ = 50;
  int interval_ms_ = 250;
  int backoff_ms_ = 0;
  Instant next_{};  ///< when to ask again
  Instant log_read_at_{};
  std::int64_t log_read_day_ = -1;
  std::optional<Cursor> last_;
  std::unordered_set<std::uint64_t> seen_;
  std::deque<std::uint64_t> order_;  ///< of seen_, the oldest first
  std::optional<LiveAnswer> stream_;
  std::optional<EventStreamReader> reader_;
  Instant last_bytes_{};  ///< of the stream
};

}  // namespace facio::audit
