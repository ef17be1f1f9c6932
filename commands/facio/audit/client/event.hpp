// One audit event as its JSON text, and the members that filters and lines look at. Agents spell some of them in two ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facio::audit {

/// Each value is its JSON as it came; empty when absent.
struct EventFields {
  std::string_view ts, event, status, tool, run, session, channel, origin, model, message, duration, details, actor, parent, turn, trace,
      seq, prev_hash, hash;
};

/// Reads the members of one event without building a tree, in text that nobody has checked: false when it is not an object. `fields` points
/// into `json`. The contents of other members are skipped, not checked.
bool read_fields(std::string_view json, EventFields& fields);
/// The same where an object is known to be one.
inline EventFields fields_of(std::string_view json) {
  EventFields fields;
  (void)read_fields(json, fields);
  return fields;
}

/// The text of a value: of a string without quotes and escapes, of everything else its JSON.
std::string plain(std::string_view value);
/// Whether the text of a value is this.
bool is_text(std::string_view value, std::string_view text);
/// The integer that a value begins with; `otherwise` when there is none.
std::int64_t integer_of(std::string_view value, std::int64_t otherwise = 0);

struct Event {
  std::string json;
  std::int64_t ts_ms = 0;  ///< 0: unknown
  std::int64_t seq = 0;    ///< its place in the log, which is its order whatever the time; 0: this log has no numbers
  std::uint64_t id = 0;    ///< from its hash, or from its text without one: the same for every reader
  std::size_t agent = 0;   ///< which of several
};

/// Where reading begins. Times are no order where the clock was set, so a log with numbers is read by these.
struct LogPlace {
  std::optional<std::int64_t> from_ms = {};
  std::optional<std::int64_t> after_seq = {};  ///< instead of the time, where the agent can do that
};

Event event_of(std::string_view json);
/// Its time in epoch milliseconds; 0 when there is none.
std::int64_t time_of(const EventFields& fields);
std::uint64_t id_of(std::string_view json, const EventFields& fields);

/// Whether the event is only about somebody reading this log: otherwise followers would see themselves.
bool is_own_reading(const EventFields& fields);

}  // namespace facio::audit
