// Plugins of a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::plugins {

inline constexpr Field kPluginFields[] = {
    text("name", "name of the plugin"),
    text("display_name", "its name for people", kMayMiss),
    text("version", "its version", kMayMiss),
    text("description", "what it does", kMayMiss),
    boolean("enabled", "whether it is used", kMayMiss),
    boolean("hooks_valid", "whether its programs are there", kMayMiss),
    text("author", "who made it", kMayBeNull),
    text("path", "where the daemon keeps it", kMayMiss),
    text("message", "what has to be done now", kMayMiss),
};
inline constexpr Shape kPlugin{"LibrefangPlugin", "A plugin", kPluginFields, true};

}  // namespace facio::librefang::plugins
