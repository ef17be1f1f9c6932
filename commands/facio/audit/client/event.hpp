// One audit event as the text of its JSON, and the members that filters and lines look at. Agents spell some of them two ways.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace facio::audit {

/// The members that are looked at. Every value is its JSON as it came; empty when absent.
struct EventFields {
  std::string_view ts, event, status, tool, run, session, channel, origin, model, message, duration, details, actor, parent, turn, trace,
      seq, prev_hash, hash;
};

/// Reads the members of one event without building a tree, in text that nobody has checked: false when it is no object. `fields` points
/// into `json`. What lies inside other members is stepped over, not checked.
bool read_fields(std::string_view json, EventFields& fields);

/// The text of a value: of a string without quotes and escapes, of everything else its JSON.
std::string plain(std::string_view value);
/// Whether the text of a value is this.
bool is_text(std::string_view value, std::string_view text);

/// One event of one agent.
struct Event {
  std::string json;
  std::int64_t ts_ms = 0;  ///< 0: it does not say when it happened
  std::uint64_t id = 0;    ///< of its hash, or of its text where there is none: the same event has the same, whoever asks
  std::size_t agent = 0;   ///< which of several
};

/// The event behind this JSON.
Event event_of(std::string_view json);
/// Its time in epoch milliseconds; 0 when there is none.
std::int64_t time_of(const EventFields& fields);
/// What identifies it.
std::uint64_t id_of(std::string_view json, const EventFields& fields);

/// Whether it only tells that somebody read this log: followers would hear of themselves.
bool is_own_reading(const EventFields& fields);

}  // namespace facio::audit
