// Users and groups of a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::users {

inline constexpr std::string_view kRoles[] = {"owner", "admin", "user", "viewer"};

inline constexpr Field kWhoFields[] = {
    text("name", "name of the user; root for the daemon's own key"),
    text("role", "owner, admin, user or viewer"),
    text("user_id", "id of the user", kMayMiss),
    texts("groups", "the groups that it belongs to", kMayMiss),
    texts("roles", "roles of these groups", kMayMiss),
};
inline constexpr Shape kWho{"LibrefangWhoami", "Who is logged in", kWhoFields, true};

inline constexpr Field kUserFields[] = {
    text("name", "name of the user"),
    text("role", "owner, admin, user or viewer", kMayMiss),
    boolean("has_api_key", "whether there is a key", kMayMiss),
    boolean("has_policy", "whether there are rules for tools", kMayMiss),
    boolean("has_memory_access", "whether there are rules for the memory", kMayMiss),
    boolean("has_budget", "whether there are limits of cost", kMayMiss),
    map_of<kAny>("channel_bindings", "who it is on channels", kMayMiss),
};
inline constexpr Shape kUser{"LibrefangUser", "A user", kUserFields, true};

inline constexpr Type kWord{Kind::string, nullptr, nullptr};
inline constexpr Field kCreateFields[] = {
    text("name", "name of the user", {.not_blank = true, .example = "anna"}),
    text("role", "what it may do", {.optional = true, .choices = kRoles, .agent_decides = true}),
    map_of<kWord>("channel_bindings", "who it is on a channel", {.optional = true, .flag = "channel", .value_name = "CHANNEL=ID"}),
};
inline constexpr Shape kCreate{"LibrefangUserCreate", "A new user", kCreateFields};
inline constexpr Shape kUpdate{"LibrefangUserUpdate", "A user as it shall be", std::span(kCreateFields).subspan(1)};

inline constexpr Field kKeyFields[] = {
    text("status", "ok"),
    text("new_api_key", "the key", {.secret = true, .optional = true}),
    integer("sessions_invalidated", "how many logins have ended", kMayMiss),
};
inline constexpr Shape kKey{"LibrefangUserKey", "A new key", kKeyFields, true};

inline constexpr Field kGroupFields[] = {
    text("name", "name of the group"),
    text("description", "what it is for", kMayMiss),
    texts("members", "its users", kMayMiss),
    texts("roles", "what they may do", kMayMiss),
    integer("member_count", "how many they are", kMayMiss),
};
inline constexpr Shape kGroup{"LibrefangGroup", "A group", kGroupFields, true};
inline constexpr Field kGroupSetFields[] = {
    text("name", "name of the group", {.not_blank = true, .example = "ops"}),
    text("description", "what it is for", kMayMiss),
    texts("members", "a user", {.optional = true, .flag = "member", .value_name = "USER"}),
    texts("roles", "a role", {.optional = true, .flag = "role", .value_name = "ROLE"}),
};
inline constexpr Shape kGroupCreate{"LibrefangGroupCreate", "A new group", kGroupSetFields};
inline constexpr Shape kGroupUpdate{"LibrefangGroupUpdate", "A group as it shall be", std::span(kGroupSetFields).subspan(1)};

}  // namespace facio::librefang::users
