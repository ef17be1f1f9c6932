// Endpoints of the settings area (contract section 4).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/settings/patch.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio::settings {

inline constexpr Param kGetParams[] = {
    positional("key", "one setting, as model or browser.backend; without it the whole document", {.value_name = "KEY"}),
};

inline constexpr Example kGetExamples[] = {
    {"settings get", "all settings"},
    {"settings get model", "the value of one"},
    {"settings get browser -o json", "one section for a program"},
};
inline constexpr Example kSetExamples[] = {
    {"settings set model=gpt-5 temperature=0.2", "change two settings"},
    {"settings set timezone=Europe/Berlin browser.backend=auto", "nested ones have a dot"},
    {"settings set reasoning_effort=", "back to the default"},
    {"settings set -f settings.yaml", "from a file, YAML or JSON"},
};

inline constexpr Endpoint kEndpoints[] = {
    get("settings.get", "/api/v1/settings", "Show the agent's settings").params(kGetParams).reply<Settings>().examples(kGetExamples),
    patch("settings.set", "/api/v1/settings", "Change settings of the agent")
        .description("Give KEY=VALUE for each setting; keys of basic and advanced stand alone, others have a dot (browser.backend). All "
                     "are applied or none. The answer lists what changed and says whether a restart is needed: for browser settings, "
                     "unified_session and max_concurrent_requests.")
        .assignments(kPatch)
        .reply<Settings>()
        .errors<Code::rejected>()
        .examples(kSetExamples)
        .synonyms<"settings update", "settings patch">(),
};

}  // namespace facio::settings
