// Ready-made MCP servers that a LibreFang daemon can install.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::integrations {

inline constexpr Field kInstalledFields[] = {
    text("id", "id of the integration"),
    text("name", "its name", kMayMiss),
    text("category", "what it is for", kMayMiss),
    text("status", "ready, or what is wrong", kMayMiss),
    integer("tool_count", "how many tools it has", kMayMiss),
    text("installed_at", "when it was installed", kTime),
};
inline constexpr Shape kInstalled{"LibrefangIntegration", "An integration that is installed", kInstalledFields, true};

inline constexpr Field kAvailableFields[] = {
    text("id", "id of the integration"),
    text("name", "its name", kMayMiss),
    text("description", "what it does", kMayMiss),
    text("category", "what it is for", kMayMiss),
    boolean("installed", "whether it is installed", kMayMiss),
    texts("tags", "words to find it by", kMayMiss),
    boolean("has_oauth", "whether one logs in to it", kMayMiss),
    text("setup_instructions", "what has to be done before", kMayBeNull),
};
inline constexpr Shape kAvailable{"LibrefangIntegrationEntry", "An integration that can be installed", kAvailableFields, true};

inline constexpr Field kAddFields[] = {
    text("id", "id of the integration, as `librefang integrations available` shows it", {.not_blank = true, .example = "github"}),
};
inline constexpr Shape kAdd{"LibrefangIntegrationAdd", "Which integration to install", kAddFields};

inline constexpr Field kChangedFields[] = {
    text("id", "id of the integration", kMayMiss),       text("status", "installed, removed, connected …", kMayMiss),
    boolean("connected", "whether it runs", kMayMiss),   integer("tool_count", "how many tools it has", kMayMiss),
    text("message", "the same in a sentence", kMayMiss), text("error", "why it does not run", kMayBeNull),
};
inline constexpr Shape kChanged{"LibrefangIntegrationChange", "What became of an integration", kChangedFields, true};

inline constexpr Field kHealthFields[] = {
    text("id", "id of the integration or the MCP server"),
    text("status", "ready, or what is wrong"),
    integer("tool_count", "how many tools it has", kMayMiss),
    text("last_ok", "when it last answered", kTime),
    text("last_error", "why it did not", kMayBeNull),
    integer("consecutive_failures", "how often in a row it did not", kMayMiss),
    boolean("reconnecting", "whether it is being connected", kMayMiss),
};
inline constexpr Shape kHealth{"LibrefangConnectionHealth", "How a connection is", kHealthFields, true};
inline constexpr Column kHealthColumns[] = {
    {"id", "ID"},
    {"status", "STATUS"},
    {"tool_count", "TOOLS"},
    {"last_ok", "LAST OK"},
    {"consecutive_failures", "FAILURES"},
    {"last_error", "LAST ERROR", true},
};

inline constexpr Field kReloadedFields[] = {
    text("status", "reloaded"),
    integer("new_connections", "how many more run now", kMayMiss),
};
inline constexpr Shape kReloaded{"LibrefangConnectionsReloaded", "What a reload has changed", kReloadedFields, true};

}  // namespace facio::librefang::integrations
