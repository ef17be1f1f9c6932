// The command that looks at everything between this machine and its agents.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/doctor/shapes.hpp"

namespace facio::doctor {

inline constexpr Column kColumns[] = {
    {"severity", "SEVERITY"}, {"context", "CONTEXT"}, {"id", "CHECK"}, {"message", "MESSAGE"}, {"fix", "FIX"}};

inline constexpr Param kParams[] = {
    positional("contexts", "contexts to look at; without any the one that --context, --url or the environment names, else all",
               {.repeatable = true, .value_name = "CONTEXT"}),
    local_flag("fix", types::boolean, "mend what is wrong on this machine: modes of files, completion"),
    local_flag("problems", types::boolean, "leave out what is well"),
};

inline constexpr Endpoint kEndpoints[] = {
    remote("doctor", "Find out what is wrong between here and the agents").params(kParams).list<CheckList, Check>(kColumns, "id", "checks"),
};

}  // namespace facio::doctor
