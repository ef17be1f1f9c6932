// The providers of models that a LibreFang daemon knows.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::providers {

inline constexpr Field kProviderFields[] = {
    text("name", "name of the provider"),
    text("display_name", "its name for people", kMayMiss),
    text("auth_status", "configured, missing, not_required …", kMayMiss),
    text("env_var", "variable of the daemon that holds its key", kMayBeNull),
    text("base_url", "its address", kMayBeNull),
    integer("model_count", "how many models of it are known", kMayMiss),
    boolean("key_required", "whether it wants a key", kMayMiss),
    boolean("reachable", "whether it answered when it was last tested", kMayMiss),
    text("last_tested", "when that was", kTime),
};
inline constexpr Shape kProvider{"LibrefangProvider", "A provider", kProviderFields, true};

inline constexpr Field kKeyFields[] = {
    text("api_key", "the key", {.secret = true}),
};
inline constexpr Shape kKey{"LibrefangProviderKey", "The key of a provider", kKeyFields};
inline constexpr Field kUrlFields[] = {
    text("base_url", "its address", {.format = Format::url, .example = "http://127.0.0.1:8000/v1"}),
};
inline constexpr Shape kUrl{"LibrefangProviderUrl", "The address of a provider", kUrlFields};
inline constexpr Field kModelFields[] = {
    text("model", "the model; default: the daemon's choice", kMayMiss),
};
inline constexpr Shape kModel{"LibrefangProviderModel", "Which model is the default", kModelFields};

inline constexpr Field kChangedFields[] = {
    text("status", "what was done", kMayMiss),
    text("provider", "the provider", kMayMiss),
    text("model", "the model that is the default now", kMayMiss),
    text("base_url", "its address", kMayMiss),
    boolean("reachable", "whether it answers there", kMayMiss),
    integer("latency_ms", "how fast it answered", {.format = Format::milliseconds, .optional = true}),
    text("model_tested", "the model that was asked", kMayMiss),
    boolean("switched_default", "whether it is the default provider now", kMayMiss),
    text("message", "what else is to be said", kMayMiss),
};
inline constexpr Shape kChanged{"LibrefangProviderChange", "What became of a provider", kChangedFields, true};

inline constexpr Field kStartFields[] = {
    text("poll_id", "for `providers copilot-poll`"),
    text("user_code", "what is typed there"),
    text("verification_uri", "where"),
    integer("expires_in", "how long it is valid", {.format = Format::seconds, .optional = true}),
    integer("interval", "how often to ask", {.format = Format::seconds, .optional = true}),
};
inline constexpr Shape kStart{"LibrefangCopilotLogin", "How to log in to GitHub Copilot", kStartFields, true};
inline constexpr Field kPollFields[] = {
    text("status", "pending, authorized or complete, expired, denied"),
    text("provider", "the provider", kMayMiss),
};
inline constexpr Shape kPoll{"LibrefangCopilotState", "How far the login is", kPollFields, true};

}  // namespace facio::librefang::providers
