// A live view of one agent.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::top {

inline constexpr Param kParams[] = {
    local_flag("every", types::string, "how often the agent is asked", {.default_text = "1s", .value_name = "DURATION"}),
    local_flag("write", types::boolean, "let keys change something: run and pause jobs, decide calls, stop turns"),
    local_flag("once", types::boolean, "print what is seen once, and end; for programs with -o json"),
};
inline constexpr Example kExamples[] = {
    {"top", "health, turns, tools, tokens, jobs, servers, channels and events, every second"},
    {"top --context prod --every 5s", "another agent, less often"},
    {"top --write", "with keys that run and pause jobs, decide calls and stop turns; each asks first"},
    {"top --once -o json", "the same as one document"},
};

inline constexpr Endpoint kEndpoints[] = {
    remote("top", "Watch an agent on the whole screen")
        .description("q ends, the arrow keys choose a row, and the last line shows the command behind it. Nothing is changed without "
                     "--write; with it a key shows the command first and asks, on a protected context for the context's name. When the "
                     "agent is away the screen says so and keeps what was known. One connection is used.")
        .params(kParams)
        .examples(kExamples),
};

}  // namespace facio::top
