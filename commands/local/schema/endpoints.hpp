// The catalogue for programs.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::schema {

inline constexpr Param kParams[] = {
    positional("id", "endpoint, as cron.list or `cron list`; without it all of them", {.repeatable = true, .value_name = "ID"}),
    local_flag("commands", types::boolean, "the command line instead: words, flags, types, output and exit codes of every command"),
};

inline constexpr Endpoint kEndpoints[] = {
    local("schema", "Print the catalogue of endpoints as JSON").params(kParams),
};

}  // namespace facio::schema
