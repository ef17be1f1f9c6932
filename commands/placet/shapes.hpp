// JSON types of Placet's own interface: its login, its agents, what it keeps of them.
#pragma once

#include "cli/catalogue/shape_data.hpp"

namespace facio::placet {

using namespace data;

inline constexpr Attr kMayMiss = {.optional = true};
inline constexpr Attr kMayBeNull = {.nullable = true, .optional = true};
inline constexpr Attr kTime = {.format = Format::time, .nullable = true, .optional = true};

inline constexpr Field kUserFields[] = {
    text("id", "id of the user"),
    text("email", "address that the user logs in with"),
    text("displayName", "name as others see it", kMayBeNull),
    text("role", "owner or member", kMayMiss),
    boolean("mustChangePassword", "the password must first be changed in the browser", kMayMiss),
};
inline constexpr Shape kUser{"PlacetUser", "A user of Placet", kUserFields, true};

inline constexpr Field kSessionFields[] = {
    object<kUser>("user", "the user"),
};
inline constexpr Shape kSession{"PlacetSession", "The current session", kSessionFields, true};

inline constexpr Field kLoginFields[] = {
    text("email", "address of the user", {.not_blank = true}),
    text("password", "the password", {.secret = true, .not_blank = true, .max_length = 1024}),
};
inline constexpr Shape kLogin{"PlacetLogin", "Who logs in", kLoginFields};

inline constexpr Field kMessageFields[] = {
    text("message", "the message", kMayMiss),
};
inline constexpr Shape kMessage{"PlacetMessage", "A message from Placet", kMessageFields, true};

inline constexpr Field kAgentFields[] = {
    text("id", "id, as a context names it"),
    text("name", "name of the agent"),
    boolean("manageable", "can be managed through Placet: not a subagent, and an address is stored", kMayMiss),
    text("description", "what it is for", kMayBeNull),
    text("status", "active, busy, error or offline", kMayMiss),
    text("statusMessage", "status message", kMayBeNull),
    text("statusSince", "since when", kTime),
    text("lastActiveAt", "when it was last active", kTime),
    text("tag", "tag", kMayBeNull),
    text("managementUrl", "address at which Placet manages it", kMayBeNull),
    text("managementApiKey", "*** if a token for that is stored", kMayBeNull),
    text("webhookUrl", "address that gets its messages", kMayBeNull),
    boolean("isSubagent", "is a subagent", kMayMiss),
    text("parentAgentId", "its parent agent", kMayBeNull),
    text("createdAt", "when it was created", kTime),
};
inline constexpr Shape kAgent{"PlacetAgent", "An agent as stored by Placet", kAgentFields, true};

inline constexpr Field kAgentListFields[] = {
    objects<kAgent>("items", "the agents"),
};
inline constexpr Shape kAgentList{"PlacetAgentList", "The agents of the user, newest first", kAgentListFields};

inline constexpr Field kWhichAgent = text("channelId", "id of the agent; default: that of the context", {.not_blank = true, .flag = "-"});
inline constexpr Field kAddress = text("url", "address at which Placet reaches the agent, without /api/v1",
                                       {.format = Format::url, .flag = "management-url", .value_name = "URL"});
inline constexpr Field kToken =
    text("apiKey", "the agent's management token", {.secret = true, .not_blank = true, .max_length = 65536, .flag = "management-token"});

inline constexpr Field kManagementFields[] = {kWhichAgent, kAddress, kToken};
inline constexpr Shape kManagement{"PlacetManagement", "How Placet reaches the management interface of an agent", kManagementFields};

inline constexpr Field kWebhookAuthFields[] = {
    text("username", "user name", {.not_blank = true}),
    text("password", "the password", {.secret = true, .not_blank = true, .max_length = 65536}),
};
inline constexpr Shape kWebhookAuth{"PlacetWebhookAuth", "Basic authentication of a webhook", kWebhookAuthFields};

inline constexpr Field kWebhookManagementFields[] = {kAddress, kToken};
inline constexpr Shape kWebhookManagement{"PlacetWebhookManagement", "How Placet reaches the management interface of the agent",
                                          kWebhookManagementFields};

inline constexpr Field kWebhookFields[] = {
    kWhichAgent,
    text("url", "address of the webhook", {.format = Format::url, .flag = "webhook-url", .value_name = "URL"}),
    map_of<types::string>("headers", "headers sent with each message; default: none",
                          {.optional = true, .flag = "header", .value_name = "NAME=VALUE"}),
    object<kWebhookAuth>("auth", "basic authentication; default: none", kMayMiss),
    object<kWebhookManagement>("management", "management address and token; default: unchanged", kMayMiss),
    boolean("isSubagent", "it is a subagent", {.optional = true, .flag = "subagent"}),
    text("parentChannelId", "its parent agent", {.not_blank = true, .optional = true, .flag = "parent", .value_name = "ID"}),
};
inline constexpr Shape kWebhook{"PlacetWebhook", "Where Placet sends an agent's messages", kWebhookFields};

inline constexpr Field kSubagentFields[] = {
    kWhichAgent,
    boolean("isSubagent", "it is a subagent; implied by --parent", {.flag = "subagent"}),
    text("parentChannelId", "its parent agent",
         {.nullable = true, .not_blank = true, .optional = true, .flag = "parent", .value_name = "ID"}),
};
inline constexpr Shape kSubagent{"PlacetSubagent", "Whether an agent is a subagent", kSubagentFields};

inline constexpr Field kChannelFields[] = {kWhichAgent};
inline constexpr Shape kChannel{"PlacetChannel", "The agent to change", kChannelFields};

inline constexpr Field kUsageFields[] = {
    text("id", "id of the agent"),
    text("name", "name of the agent"),
    map_of<types::integer>("byDate", "tokens on each day (UTC)"),
    integer("total", "tokens on all days"),
    text("status", "ok, or error if the agent did not answer"),
    text("error", "why it did not answer", kMayMiss),
};
inline constexpr Shape kUsage{"PlacetUsage", "Token usage of one agent", kUsageFields, true};

inline constexpr Field kUsageListFields[] = {
    text("from", "first day", {.format = Format::date}),
    text("to", "last day, today", {.format = Format::date}),
    texts("days", "every day between, in order"),
    objects<kUsage>("agents", "the agents, by tokens, highest first"),
    map_of<types::integer>("totals", "tokens of all agents on each day"),
};
inline constexpr Shape kUsageList{"PlacetUsageList", "Token usage of all agents, day by day", kUsageListFields, true};

/// The answer to a request that failed, in the form of its error filter.
inline constexpr Field kErrorFields[] = {
    integer("statusCode", "status of the answer", kMayMiss),
    text("message", "what went wrong", kMayMiss),
};
inline constexpr Shape kError{"PlacetError", "Why a request failed", kErrorFields, true};

}  // namespace facio::placet
