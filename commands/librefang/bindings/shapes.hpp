// Which agent answers on which channel of a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::bindings {

inline constexpr Field kRuleFields[] = {
    text("channel", "the channel", kMayBeNull),          text("account_id", "the account", kMayBeNull),
    text("peer_id", "the other side", kMayBeNull),       text("guild_id", "the server", kMayBeNull),
    texts("roles", "roles of the other side", kMayMiss),
};
inline constexpr Shape kRule{"LibrefangBindingRule", "What a binding is for", kRuleFields, true};

inline constexpr Field kRowFields[] = {
    text("agent", "name of the agent"),
    text("channel", "the channel", kMayBeNull),
    text("filter", "which messages", kMayBeNull),
    object<kRule>("match_rule", "which messages, as newer daemons have it", kMayMiss),
};
inline constexpr Shape kRow{"LibrefangBinding", "A binding", kRowFields, true};

inline constexpr Field kCreateFields[] = {
    text("agent", "name of the agent", {.not_blank = true, .example = "coder", .value_name = "AGENT"}),
    text("channel", "the channel", {.not_blank = true, .example = "telegram"}),
    text("filter", "which messages; released daemons take none", {.optional = true, .flag = "only"}),
    text("account_id", "only of this account", {.optional = true, .flag = "account"}),
    text("peer_id", "only of this other side", {.optional = true, .flag = "peer"}),
    text("guild_id", "only of this server", {.optional = true, .flag = "guild"}),
    texts("roles", "only of these roles", {.optional = true, .flag = "role"}),
};
inline constexpr Shape kCreate{"LibrefangBindingCreate", "A new binding", kCreateFields};

}  // namespace facio::librefang::bindings
