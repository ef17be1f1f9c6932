// A live view of one agent.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::top {

inline constexpr Param kParams[] = {
    local_flag("every", types::string, "how often the agent is asked", {.default_text = "1s", .value_name = "DURATION"}),
    local_flag("write", types::boolean, "let keys change something: run and pause jobs, decide calls, stop turns"),
    local_flag("once", types::boolean, "print what is seen once, and end; for programs with -o json"),
};

inline constexpr Endpoint kEndpoints[] = {
    remote("top", "Watch an agent on the whole screen").params(kParams),
};

}  // namespace facio::top
