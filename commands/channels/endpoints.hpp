// Endpoints of the channels area (contract section 8).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/channels/shapes.hpp"

namespace facio::channels {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"enabled", "ENABLED"}, {"instanceUrl", "INSTANCE"}, {"agentName", "AGENT", true}};
inline constexpr Column kOneColumns[] = {{"name", "NAME"}, {"config", "CONFIG"}};

inline constexpr Param kName[] = {path_param("name", "name of the channel", {.value_name = "NAME"})};
inline constexpr Param kNewName[] = {path_param("name", "name of the channel: a-z, 0-9, _ and -, beginning with a letter",
                                                {.pattern = "channel-name", .value_name = "NAME"})};

inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kBad[] = {Code::rejected};

inline constexpr Example kListExamples[] = {{"channels list", "all channels"}, {"channels list -o json", "with their whole configuration"}};
inline constexpr Example kGetExamples[] = {{"channels get placet -o yaml", "one channel, secrets masked"}};
inline constexpr Example kSetExamples[] = {{"channels set placet -f placet.yaml", "store the whole configuration of a channel"}};
inline constexpr Example kDeleteExamples[] = {{"channels delete placet --yes", "remove a channel without being asked"}};

inline constexpr std::string_view kSetSynonyms[] = {"channels put"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "channels.list", .method = Method::get, .path = "/api/v1/channels", .summary = "List channels", .form = ReplyForm::map,
     .reply = &shape_of<ChannelConfig>, .envelope = &shape_of<ChannelMap>, .items = "channels", .columns = kColumns, .key = "name",
     .examples = kListExamples},
    {.id = "channels.get", .method = Method::get, .path = "/api/v1/channels/{name}", .summary = "Show the configuration of a channel",
     .params = kName, .reply = &shape_of<Channel>, .columns = kOneColumns, .key = "name", .errors = kUnknown, .examples = kGetExamples},
    {.id = "channels.set", .method = Method::put, .path = "/api/v1/channels/{name}", .summary = "Store the whole configuration of a channel",
     .description = "What was there is replaced; a masked secret keeps its stored value. The change takes effect after `agent restart`.",
     .params = kNewName, .body = &shape_of<ChannelConfig>, .reply = &shape_of<ChannelSaved>, .key = "name", .errors = kBad,
     .effect = Effect::write, .idempotent = true, .examples = kSetExamples, .synonyms = kSetSynonyms},
    {.id = "channels.delete", .method = Method::del, .path = "/api/v1/channels/{name}", .summary = "Delete a channel",
     .description = "The change takes effect after `agent restart`.", .params = kName, .reply = &shape_of<ChannelDeleted>, .key = "name",
     .errors = kUnknown, .effect = Effect::destructive, .examples = kDeleteExamples},
};
// clang-format on

}  // namespace facio::channels
