// Endpoints of the channels area (contract section 8).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "commands/facio/channels/shapes.hpp"

namespace facio::channels {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"enabled", "ENABLED"}, {"instanceUrl", "INSTANCE"}, {"agentName", "AGENT", true}};

inline constexpr Param kName = path_param("name", "name of the channel", {.example = "telegram", .value_name = "NAME"});
inline constexpr Param kNewName = path_param("name", "name of the channel: a-z, 0-9, _ and -, beginning with a letter",
                                             {.pattern = "channel-name", .example = "telegram", .value_name = "NAME"});

inline constexpr Param kMaybeName = positional("name", "name of a channel; default: all", {.value_name = "NAME"});

inline constexpr Endpoint kEndpoints[] = {
    get("channels.list", "/api/v1/channels", "List channels").map<ChannelMap, ChannelConfig>(kColumns, "name", "channels"),
    get("channels.get", "/api/v1/channels/{name}", "Show the configuration of a channel")
        .params(kName)
        .reply<ChannelConfig>()
        .within<Channel>("config")
        .errors<Code::not_found>(),
    put("channels.set", "/api/v1/channels/{name}", "Store the complete configuration of a channel")
        .params(kNewName)
        .body<ChannelConfig>()
        .whole<"channels.get">()
        .reply<ChannelSaved>("name")
        .errors<Code::rejected>()
        .synonyms<"channels put">(),
    edit("channels.edit", "Edit the configuration of a channel in your editor", "channels.set"),
    del("channels.delete", "/api/v1/channels/{name}", "Delete a channel")
        .params(kName)
        .reply<ChannelDeleted>("name")
        .errors<Code::not_found>(),
    remote("channels.check", "Find channels that are silent or dangerous").params(kMaybeName).list<FindingList>(kFindingColumns, "check"),
};

}  // namespace facio::channels
