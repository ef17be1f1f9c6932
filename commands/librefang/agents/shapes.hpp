// Agents of a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::agents {

inline constexpr Field kModelFields[] = {
    text("provider", "provider of the model", kMayMiss),
    text("model", "the model", kMayMiss),
};
inline constexpr Shape kModel{"LibrefangAgentModel", "Which model an agent asks", kModelFields, true};

inline constexpr Field kRowFields[] = {
    text("id", "id of the agent"),
    text("name", "name of the agent"),
    text("state", "created, running, suspended, terminated or crashed"),
    text("created_at", "when it was made", kTime),
    text("model_provider", "provider of its model", kMayMiss),
    text("model_name", "its model", kMayMiss),
    text("mode", "observe, assist or full", kMayMiss),
    text("last_active", "when it last did something", kTime),
};
inline constexpr Shape kRow{"LibrefangAgentRow", "An agent in the list", kRowFields, true};

inline constexpr Field kAgentFields[] = {
    text("id", "id of the agent"),
    text("name", "name of the agent"),
    text("state", "created, running, suspended, terminated or crashed"),
    text("created_at", "when it was made", kTime),
    text("session_id", "its current session", kMayBeNull),
    object<kModel>("model", "its model", kMayMiss),
    any("capabilities", "what it may do", kMayMiss),
    text("description", "what it is for", kMayBeNull),
    texts("tags", "its tags", kMayMiss),
};
inline constexpr Shape kAgent{"LibrefangAgent", "An agent", kAgentFields, true};

inline constexpr Field kSpawnFields[] = {
    text("manifest_toml", "the agent's manifest, as TOML", {.not_blank = true, .flag = "manifest", .value_name = "TOML"}),
};
inline constexpr Shape kSpawn{"LibrefangSpawn", "A new agent", kSpawnFields};

inline constexpr Field kSpawnedFields[] = {
    text("agent_id", "id of the agent"),
    text("name", "its name", kMayMiss),
};
inline constexpr Shape kSpawned{"LibrefangSpawned", "The new agent", kSpawnedFields, true};

}  // namespace facio::librefang::agents
