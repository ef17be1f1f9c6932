// Endpoints of the settings area (contract section 4).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/settings/patch.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio::settings {

inline constexpr Param kKey =
    positional("key", "one setting, such as model or browser.backend; default: the whole document", {.value_name = "KEY"});

inline constexpr Endpoint kEndpoints[] = {
    get("settings.get", "/api/v1/settings", "Show the agent's settings").params(kKey).reply<Settings>(),
    patch("settings.set", "/api/v1/settings", "Change the agent's settings")
        .assignments(kPatch)
        .whole<"settings.get", "basic", "advanced">()
        .reply<Settings>()
        .errors<Code::rejected>()
        .synonyms<"settings update", "settings patch">(),
    edit("settings.edit", "Edit the agent's settings in your editor", "settings.set"),
};

}  // namespace facio::settings
