// Endpoints of the scripts area (contract section 15).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/scripts/shapes.hpp"

namespace facio::scripts {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"path", "PATH"}, {"size", "SIZE"}, {"mtime", "CHANGED"}};

inline constexpr Param kName = positional("name", "name of the script", {.required = true, .value_name = "NAME"});

inline constexpr Endpoint kEndpoints[] = {
    get("scripts.list", "/api/v1/scripts", "List scripts of the workspace").list<ScriptList>(kColumns, "name"),
    remote("scripts.get", "Show one script").params(kName).reply<Script>(kColumns, "name"),
};

}  // namespace facio::scripts
