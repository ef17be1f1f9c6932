// The raw way to any route.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::api {

inline constexpr Param kParams[] = {
    positional("request", "method and path; a path alone is read with GET; /api/v1 may be left out",
               {.required = true, .repeatable = true, .value_name = "[METHOD] PATH"}),
    local_flag("field", types::strings, "member of the body, typed as in YAML; repeatable", {.letter = 'F', .value_name = "KEY=VALUE"}),
    local_flag("raw-field", types::strings, "member of the body as a string; repeatable", {.value_name = "KEY=VALUE"}),
    local_flag("file", types::string, "body from a file, YAML or JSON; - is standard input", {.letter = 'f', .value_name = "FILE"}),
};

inline constexpr Endpoint kEndpoints[] = {
    local("api", "Send any request to the agent").params(kParams),
};

}  // namespace facio::api
