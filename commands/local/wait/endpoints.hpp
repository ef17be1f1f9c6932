// The command that waits until an agent, or something of it, is as it should be.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::wait {

inline constexpr std::string_view kWhat[] = {"ready"};
inline constexpr Param kParams[] = {
    positional("what", "ready: until the agent answers and takes the token", {.choices = kWhat, .value_name = "WHAT"}),
    local_flag("for", types::string, "what to wait for, as cron/NAME=ok; several are all waited for",
               {.repeatable = true, .value_name = "THING=STATE"}),
    local_flag("once", types::boolean, "look once: 0 when it is so, 8 when it is not"),
};

inline constexpr Example kExamples[] = {{"wait ready --timeout 30s", "until the agent answers"},
                                        {"wait --for cron/report=ok --timeout 2m", "until the job has run, and well"},
                                        {"wait --for mcp/github=connected --for approval=none", "until both are so"},
                                        {"wait --for health=ok --once", "whether the agent is well now"}};

inline constexpr Endpoint kEndpoints[] = {
    remote("wait", "Wait until an agent, or something of it, is as wanted")
        .description(
            "Asks again, at first ten times a second, later every two seconds, until it is so or --timeout (60s) is over. Things and "
            "states: health=ok; agent=idle or busy; cron/NAME=ok, error, done (no run goes on, and the last one ended so) or gone; "
            "mcp/NAME=connected, disconnected or gone; channel/NAME=enabled, disabled or gone; run/ID=ok, error or done; "
            "approval=none or some. An agent that is away is waited for. Ends with 0 when it is so, 12 when the time is over, with the "
            "last state in the message, 8 with --once when it is not so, and 5 when there is no such thing.")
        .params(kParams)
        .examples(kExamples),
};

}  // namespace facio::wait
