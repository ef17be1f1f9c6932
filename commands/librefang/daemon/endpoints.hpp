// The daemon as a process (document: System): its end, its figures, its page.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/daemon/shapes.hpp"

namespace facio::librefang::daemon {

inline constexpr Column kLaneColumns[] = {{"lane", "LANE"}, {"active", "ACTIVE"}, {"capacity", "CAPACITY"}};

inline constexpr Endpoint kEndpoints[] = {
    post("librefang.daemon.shutdown", "/api/shutdown", "End the daemon").reply(kDone).destructive(),
    get("librefang.daemon.metrics", "/api/metrics", "Show the daemon's figures for Prometheus").text("text/plain"),
    get("librefang.daemon.queue", "/api/queue/status", "Show how busy the daemon is")
        .list(kListOf<kLane, "LibrefangLaneList">, kLane, kLaneColumns, "lane"),
    get("librefang.daemon.page", "/", "Print the daemon's web page").text("text/html"),
};

}  // namespace facio::librefang::daemon
