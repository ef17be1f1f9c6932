// Hands of a LibreFang daemon: ready-made agents with tools and settings.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::hands {

inline constexpr Field kNeedFields[] = {
    text("key", "what is needed", kMayMiss),
    text("label", "the same for people", kMayMiss),
    boolean("satisfied", "whether it is there", kMayMiss),
    boolean("optional", "whether the hand can do without", kMayMiss),
};
inline constexpr Shape kNeed{"LibrefangRequirement", "What a hand needs", kNeedFields, true};

inline constexpr Field kHandFields[] = {
    text("id", "id of the hand"),
    text("name", "its name", kMayMiss),
    text("description", "what it does", kMayMiss),
    text("category", "what it is about", kMayMiss),
    text("icon", "its sign", kMayMiss),
    texts("tools", "tools that it uses", kMayMiss),
    boolean("requirements_met", "whether it has all that it needs", kMayMiss),
    boolean("active", "whether it works", kMayMiss),
    boolean("degraded", "whether it works without something", kMayMiss),
    objects<kNeed>("requirements", "what it needs", kMayMiss),
    boolean("has_settings", "whether it has settings", kMayMiss),
    integer("settings_count", "how many", kMayMiss),
};
inline constexpr Shape kHand{"LibrefangHand", "A hand", kHandFields, true};
inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"name", "NAME"},
    {"category", "CATEGORY"},
    {"requirements_met", "READY"},
    {"active", "ACTIVE"},
    {"description", "DESCRIPTION", true},
};

inline constexpr Field kInstanceFields[] = {
    text("instance_id", "id of the hand at work"),
    text("hand_id", "the hand", kMayMiss),
    text("status", "active, paused, inactive or error", kMayMiss),
    any("status_detail", "more about it", kMayMiss),
    text("agent_id", "the agent that works for it", kMayBeNull),
    text("agent_name", "its name", kMayBeNull),
    text("activated_at", "since when", kTime),
    text("updated_at", "when it was changed", kTime),
};
inline constexpr Shape kInstance{"LibrefangHandInstance", "A hand at work", kInstanceFields, true};
inline constexpr Column kInstanceColumns[] = {
    {"instance_id", "INSTANCE"}, {"hand_id", "HAND"}, {"status", "STATUS"}, {"agent_name", "AGENT"}, {"activated_at", "SINCE"}};

inline constexpr Field kInstallFields[] = {
    text("toml_content", "the hand's HAND.toml", {.format = Format::document, .optional = true, .flag = "manifest"}),
    text("skill_content", "its SKILL.md", {.format = Format::document, .optional = true, .flag = "skill"}),
    text("source", "path or address of a hand, for daemons that fetch it themselves", kMayMiss),
};
inline constexpr Shape kInstall{"LibrefangInstallHand", "A new hand", kInstallFields};
inline constexpr Field kInstalledFields[] = {
    text("id", "id of the hand", kMayMiss),        text("name", "its name", kMayMiss),
    text("description", "what it does", kMayMiss), text("category", "what it is about", kMayMiss),
    text("status", "what was done", kMayMiss),
};
inline constexpr Shape kInstalled{"LibrefangInstalledHand", "The hand", kInstalledFields, true};

inline constexpr Field kActivateFields[] = {
    map_of<kAny>("config", "settings to begin with", {.optional = true, .flag = "set"}),
};
inline constexpr Shape kActivate{"LibrefangActivateHand", "How a hand begins", kActivateFields};

inline constexpr Field kChecked[] = {
    text("hand_id", "the hand", kMayMiss),
    boolean("requirements_met", "whether it has all that it needs", kMayMiss),
    objects<kNeed>("requirements", "what it needs", kMayMiss),
    any("results", "what became of each", kMayMiss),
    texts("installed", "what was installed", kMayMiss),
};
inline constexpr Shape kCheckedHand{"LibrefangCheckedHand", "Whether a hand has what it needs", kChecked, true};

inline constexpr Field kSettingFields[] = {
    text("key", "name of the setting"),
    any("value", "its value", kMayBeNull),
    text("type", "what it may be", kMayMiss),
    any("default", "its value when nothing is set", kMayBeNull),
    text("label", "its name for people", kMayMiss),
    text("description", "what it does", kMayMiss),
};
inline constexpr Shape kSetting{"LibrefangHandSetting", "A setting of a hand", kSettingFields, true};
inline constexpr Column kSettingColumns[] = {
    {"key", "KEY"}, {"value", "VALUE"}, {"type", "TYPE"}, {"default", "DEFAULT"}, {"description", "DESCRIPTION", true}};
inline constexpr Shape kSet{"LibrefangHandSettings", "Settings of a hand", {}, true};
inline constexpr Field kSetFields[] = {
    text("status", "what was done", kMayMiss),
    text("hand_id", "the hand", kMayMiss),
    text("instance_id", "the hand at work", kMayMiss),
    any("config", "all that is set", kMayMiss),
};
inline constexpr Shape kWasSet{"LibrefangHandSet", "What is set", kSetFields, true};

inline constexpr Field kStatsFields[] = {
    text("instance_id", "the hand at work", kMayMiss),
    text("hand_id", "the hand", kMayMiss),
    text("status", "active, paused, inactive or error", kMayMiss),
    integer("uptime_seconds", "since when", kMayMiss),
    integer("tasks_completed", "what it has done", kMayMiss),
    integer("errors", "what failed", kMayMiss),
    any("metrics", "figures of its own", kMayMiss),
};
inline constexpr Shape kStats{"LibrefangHandStats", "Figures of a hand", kStatsFields, true};
inline constexpr Field kBrowserFields[] = {
    boolean("active", "whether it has a browser open", kMayMiss),
    text("url", "where the browser is", kMayBeNull),
    text("title", "title of the page", kMayBeNull),
    text("content", "text of the page", kMayBeNull),
    text("screenshot_base64", "a picture of it", kMayBeNull),
};
inline constexpr Shape kBrowser{"LibrefangHandBrowser", "The browser of a hand", kBrowserFields, true};
inline constexpr Field kReloadedFields[] = {
    text("status", "what was done", kMayMiss),
    integer("added", "how many are new", kMayMiss),
    integer("updated", "how many have changed", kMayMiss),
    integer("total", "how many there are", kMayMiss),
};
inline constexpr Shape kReloaded{"LibrefangReloadedHands", "What was read", kReloadedFields, true};

}  // namespace facio::librefang::hands
