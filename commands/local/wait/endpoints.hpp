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

inline constexpr Endpoint kEndpoints[] = {
    remote("wait", "Wait until an agent, or something of it, is as wanted").params(kParams),
};

}  // namespace facio::wait
