// The catalogue for programs.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::schema {

inline constexpr Param kParams[] = {
    positional("id", "endpoint, as cron.list or `cron list`; without it all of them", {.repeatable = true, .value_name = "ID"}),
    local_flag("commands", types::boolean, "the command line instead: words, flags, types, output and exit codes of every command"),
};
inline constexpr Example kExamples[] = {{"schema", "every endpoint with its parameters and shapes"},
                                        {"schema cron.list", "one endpoint"},
                                        {"schema --commands", "every command, for a program that drives facioctl"}};

inline constexpr Endpoint kEndpoints[] = {
    local("schema", "Print the catalogue of endpoints as JSON")
        .description("With --commands: what can be typed. Each command says whether it changes something (mutating), destroys something "
                     "(destructive), may be repeated (idempotent), asks for leave without --yes (asks) and talks to an agent "
                     "(talks_to_agent). The member version, now 1, grows only when something is taken away or changes its meaning.")
        .params(kParams)
        .examples(kExamples),
};

}  // namespace facio::schema
