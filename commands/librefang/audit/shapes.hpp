// What happened in a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::audit {

inline constexpr Field kEventFields[] = {
    integer("id", "number of the event in the log, from 0"),
    text("timestamp", "when it happened", kTime),
    text("event_type", "what happened, as agent_spawn", kMayMiss),
    text("agent_id", "id of the agent, or system", kMayMiss),
    text("details", "what exactly", kMayMiss),
    text("outcome", "ok, or what went wrong", kMayMiss),
    text("level", "info, warn or error", kMayMiss),
    text("user_id", "the user behind it", kMayBeNull),
    text("channel", "the channel it came by", kMayBeNull),
    text("hash", "hash of this event and of all before it", kMayMiss),
    text("prev_hash", "hash of the event before", kMayMiss),
};
inline constexpr Shape kEvent{"LibrefangEvent", "One event of the audit log", kEventFields, true};

inline constexpr Field kVerdictFields[] = {
    text("status", "valid or broken: what the daemon says"),
    integer("chain_length", "how many events the daemon has", kMayMiss),
    text("error", "what the daemon found", kMayMiss),
    text("tip_hash", "hash of the last event", kMayBeNull),
    text("anchor_status", "whether the log matches its anchor outside of the database", kMayMiss),
    integer("checked", "how many hashes were computed again here", kMayMiss),
    integer("unchecked", "events whose hash cannot be computed from what this version tells", kMayMiss),
    integer("first_wrong", "number of the first event that does not match; absent: none", kMayMiss),
};
inline constexpr Shape kVerdict{"LibrefangVerdict", "Whether the audit log is whole", kVerdictFields, true};

inline constexpr Field kCountFields[] = {
    text("value", "the value"),
    integer("events", "how many events have it"),
    integer("failed", "how many of these went wrong"),
    text("last", "when the last of them happened", kTime),
};
inline constexpr Shape kCount{"LibrefangCount", "Events of one kind", kCountFields};

}  // namespace facio::librefang::audit
