// The hashes of LibreFang's audit log, computed again.
//
// The rule was found on real logs: SHA-256 over seq, timestamp, agent_id, action, detail, outcome, [user_id], [channel] and prev_hash.
// Newer versions write each as byte 0x1F, name, "=", value; old events are the bare values one after the other, with user and channel in
// the new form. The user is its 16 bytes, what is absent is left out, and the first prev_hash is 64 zeros. A log may begin old and go on
// new.
#pragma once

#include "cli/core/json.hpp"

namespace facio::librefang::audit {

/// Whether the hash of an event, in the daemon's own form, follows from its members and `prev_hash`.
bool matches(JsonRef event, std::string_view prev_hash);

struct ChainResult {
  std::size_t checked = 0;
  std::size_t unchecked = 0;                ///< events that do not tell all that went into their hash
  std::optional<std::int64_t> first_wrong;  ///< number of the first event that does not match
  std::string tip;                          ///< hash of the last event
};

/// Goes through events from the oldest to the newest. `complete`: they tell their user, their channel and the hash before them; else an
/// event that does not match alone counts as unchecked, unless it has neither.
ChainResult check_chain(const std::vector<JsonRef>& events, bool complete);

}  // namespace facio::librefang::audit
