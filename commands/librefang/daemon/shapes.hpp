// The daemon as a process: its end, its figures, its queues.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::daemon {

inline constexpr Field kLaneFields[] = {
    text("lane", "which kind of work"),
    integer("active", "how many are at work"),
    integer("capacity", "how many may be"),
};
inline constexpr Shape kLane{"LibrefangLane", "One queue of work", kLaneFields, true};

}  // namespace facio::librefang::daemon
