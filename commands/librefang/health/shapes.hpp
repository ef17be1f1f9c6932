// The daemon as a whole: health, status, version.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::health {

inline constexpr Field kCheckFields[] = {
    text("name", "what is checked"),
    text("status", "ok, warn or error"),
};
inline constexpr Shape kCheck{"LibrefangCheck", "One check of the daemon", kCheckFields, true};

inline constexpr Field kHealthFields[] = {
    text("status", "ok or degraded"),
    text("version", "version of the daemon", kMayMiss),
    integer("uptime_seconds", "how long it runs", {.format = Format::seconds, .optional = true}),
    integer("panic_count", "how often a part of it failed", kMayMiss),
    integer("restart_count", "how often a part of it was started again", kMayMiss),
    integer("agent_count", "how many agents it has", kMayMiss),
    text("database", "connected or error", kMayMiss),
    texts("config_warnings", "what is wrong with the configuration", kMayMiss),
    objects<kCheck>("checks", "what was checked", kMayMiss),
};
inline constexpr Shape kHealth{"LibrefangHealth", "Whether the daemon works", kHealthFields, true};

inline constexpr Field kStatusFields[] = {
    text("status", "running"),
    text("version", "version of the daemon", kMayMiss),
    integer("agent_count", "how many agents it has", kMayMiss),
    text("data_dir", "directory of its data", kMayMiss),
    text("default_provider", "provider of agents that name none", kMayMiss),
    text("default_model", "their model", kMayMiss),
    integer("uptime_seconds", "how long it runs", {.format = Format::seconds, .optional = true}),
};
inline constexpr Shape kStatus{"LibrefangStatus", "What the daemon is doing", kStatusFields, true};

inline constexpr Field kVersionFields[] = {
    text("name", "librefang"),
    text("version", "version of the daemon"),
    text("build_date", "when it was built", kMayMiss),
    text("git_sha", "the commit that it was built from", kMayMiss),
    text("rust_version", "the compiler", kMayMiss),
    text("platform", "the operating system", kMayMiss),
    text("arch", "the processor", kMayMiss),
};
inline constexpr Shape kVersion{"LibrefangVersion", "The daemon's version", kVersionFields, true};

}  // namespace facio::librefang::health
