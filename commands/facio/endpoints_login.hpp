// Parameters that all logins have in common which a person finishes elsewhere: at providers, and at MCP servers.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio {

inline constexpr Param kLoginWait = local_flag("wait", types::boolean, "wait until the login has ended; 0 when it succeeded");
inline constexpr Param kLoginSession =
    query_param("session_id", types::string, "id of the login",
                {.not_blank = true, .required = true, .example = "6b1f8c02", .flag = "session", .value_name = "ID"});

}  // namespace facio
