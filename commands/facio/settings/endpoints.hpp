// Endpoints of the settings area (contract section 4).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/settings/patch.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio::settings {

inline constexpr Param kGetParams[] = {
    positional("key", "one setting, as model or browser.backend; without it the whole document", {.value_name = "KEY"}),
};
inline constexpr Code kBad[] = {Code::rejected};

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
inline constexpr std::string_view kSetSynonyms[] = {"settings update", "settings patch"};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "settings.get", .method = Method::get, .path = "/api/v1/settings", .summary = "Show the agent's settings", .params = kGetParams, .reply = &shape_of<Settings>, .examples = kGetExamples},
    {.id = "settings.set", .method = Method::patch, .path = "/api/v1/settings", .summary = "Change settings of the agent", .description = "Give KEY=VALUE for each setting; keys of basic and advanced stand alone, others have a dot (browser.backend). All are applied or none. The answer lists what changed and says whether a restart is needed: for browser settings, unified_session and max_concurrent_requests.", .body = &kPatch, .assignments = true, .reply = &shape_of<Settings>, .errors = kBad, .effect = Effect::write, .idempotent = true, .examples = kSetExamples, .synonyms = kSetSynonyms},
};

}  // namespace facio::settings
