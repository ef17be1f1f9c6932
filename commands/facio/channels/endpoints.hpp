// Endpoints of the channels area (contract section 8).
#pragma once

#include "cli/catalogue/finding.hpp"
#include "commands/facio/channels/shapes.hpp"

namespace facio::channels {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"enabled", "ENABLED"}, {"instanceUrl", "INSTANCE"}, {"agentName", "AGENT", true}};

inline constexpr Param kName[] = {path_param("name", "name of the channel", {.value_name = "NAME"})};
inline constexpr Param kNewName[] = {path_param("name", "name of the channel: a-z, 0-9, _ and -, beginning with a letter",
                                                {.pattern = "channel-name", .value_name = "NAME"})};

inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kBad[] = {Code::rejected};

inline constexpr Example kListExamples[] = {{"channels list", "all channels"}, {"channels list -o json", "with their whole configuration"}};
inline constexpr Example kGetExamples[] = {{"channels get placet", "one channel, secrets masked"},
                                            {"channels get placet -o yaml", "in a form that can be changed and given back to `channels set`"}};
inline constexpr Example kSetExamples[] = {{"channels set placet -f placet.yaml", "store the whole configuration of a channel"}};
inline constexpr Example kDeleteExamples[] = {{"channels delete placet --yes", "remove a channel without being asked"}};

inline constexpr Example kCheckExamples[] = {{"channels check", "what is silent or dangerous about the channels"},
                                              {"channels check email -o json", "one channel, for a program"}};
inline constexpr Param kMaybeName[] = {positional("name", "name of a channel; without it all", {.value_name = "NAME"})};

inline constexpr std::string_view kSetSynonyms[] = {"channels put"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "channels.list", .method = Method::get, .path = "/api/v1/channels", .summary = "List channels", .form = ReplyForm::map,
     .reply = &shape_of<ChannelConfig>, .envelope = &shape_of<ChannelMap>, .items = "channels", .columns = kColumns, .key = "name",
     .examples = kListExamples},
    {.id = "channels.get", .method = Method::get, .path = "/api/v1/channels/{name}", .summary = "Show the configuration of a channel",
     .description = "What is printed can be changed and given back to `channels set`: masked secrets keep their stored values.",
     .params = kName, .reply = &shape_of<ChannelConfig>, .envelope = &shape_of<Channel>, .unwrap = "config", .errors = kUnknown,
     .examples = kGetExamples},
    {.id = "channels.set", .method = Method::put, .path = "/api/v1/channels/{name}", .summary = "Store the whole configuration of a channel",
     .description = "What was there is replaced; a masked secret keeps its stored value. The change takes effect after `agent restart`.",
     .params = kNewName, .body = &shape_of<ChannelConfig>, .reply = &shape_of<ChannelSaved>, .key = "name", .errors = kBad,
     .effect = Effect::write, .idempotent = true, .examples = kSetExamples, .synonyms = kSetSynonyms},
    {.id = "channels.delete", .method = Method::del, .path = "/api/v1/channels/{name}", .summary = "Delete a channel",
     .description = "The change takes effect after `agent restart`.", .params = kName, .reply = &shape_of<ChannelDeleted>, .key = "name",
     .errors = kUnknown, .effect = Effect::destructive, .examples = kDeleteExamples},
    {.id = "channels.check", .method = Method::none, .summary = "Find channels that are silent or dangerous",
     .description = "Looks at channels that are switched on: nobody allowed (nobody-allowed), everybody allowed outside Placet "
                    "(everybody-allowed), a key missing that the kind of channel needs (missing-key), mail without consent, DKIM, SPF or "
                    "encryption (mail-without-consent, mail-without-dkim, mail-without-spf, mail-in-clear), Teams without validation of who "
                    "calls (teams-without-validation), a placeholder without a stored secret (placeholder-without-secret). Ends with 9 when "
                    "an error or a warning was found.",
     .params = kMaybeName, .form = ReplyForm::list, .reply = &shape_of<Finding>, .envelope = &shape_of<FindingList>,
     .columns = kFindingColumns, .key = "check", .surface = Surface::local, .examples = kCheckExamples},
};
// clang-format on

}  // namespace facio::channels
