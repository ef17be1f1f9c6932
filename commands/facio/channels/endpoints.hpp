// Endpoints of the channels area (contract section 8).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "commands/facio/channels/shapes.hpp"

namespace facio::channels {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"enabled", "ENABLED"}, {"instanceUrl", "INSTANCE"}, {"agentName", "AGENT", true}};

inline constexpr Param kName = path_param("name", "name of the channel", {.value_name = "NAME"});
inline constexpr Param kNewName = path_param("name", "name of the channel: a-z, 0-9, _ and -, beginning with a letter",
                                             {.pattern = "channel-name", .value_name = "NAME"});

inline constexpr Example kListExamples[] = {{"channels list", "all channels"}, {"channels list -o json", "with their whole configuration"}};
inline constexpr Example kGetExamples[] = {
    {"channels get placet", "one channel, secrets masked"},
    {"channels get placet -o yaml", "in a form that can be changed and given back to `channels set`"}};
inline constexpr Example kSetExamples[] = {{"channels set placet -f placet.yaml", "store the whole configuration of a channel"}};
inline constexpr Example kDeleteExamples[] = {{"channels delete placet --yes", "remove a channel without being asked"}};

inline constexpr Example kCheckExamples[] = {{"channels check", "what is silent or dangerous about the channels"},
                                             {"channels check email -o json", "one channel, for a program"}};
inline constexpr Param kMaybeName[] = {positional("name", "name of a channel; without it all", {.value_name = "NAME"})};

inline constexpr Endpoint kEndpoints[] = {
    get("channels.list", "/api/v1/channels", "List channels")
        .map<ChannelMap, ChannelConfig>(kColumns, "name", "channels")
        .examples(kListExamples),
    get("channels.get", "/api/v1/channels/{name}", "Show the configuration of a channel")
        .description("What is printed can be changed and given back to `channels set`: masked secrets keep their stored values.")
        .params(kName)
        .reply<ChannelConfig>()
        .within<Channel>("config")
        .errors<Code::not_found>()
        .examples(kGetExamples),
    put("channels.set", "/api/v1/channels/{name}", "Store the whole configuration of a channel")
        .description("What was there is replaced; a masked secret keeps its stored value. The change takes effect after `agent restart`.")
        .params(kNewName)
        .body<ChannelConfig>()
        .reply<ChannelSaved>("name")
        .errors<Code::rejected>()
        .examples(kSetExamples)
        .synonyms<"channels put">(),
    del("channels.delete", "/api/v1/channels/{name}", "Delete a channel")
        .description("The change takes effect after `agent restart`.")
        .params(kName)
        .reply<ChannelDeleted>("name")
        .errors<Code::not_found>()
        .examples(kDeleteExamples),
    local("channels.check", "Find channels that are silent or dangerous")
        .description(
            "Looks at channels that are switched on: nobody allowed (nobody-allowed), everybody allowed outside Placet "
            "(everybody-allowed), a key missing that the kind of channel needs (missing-key), mail without consent, DKIM, SPF or "
            "encryption (mail-without-consent, mail-without-dkim, mail-without-spf, mail-in-clear), Teams without validation of who "
            "calls (teams-without-validation), a placeholder without a stored secret (placeholder-without-secret). Ends with 9 when "
            "an error or a warning was found.")
        .params(kMaybeName)
        .list<FindingList>(kFindingColumns, "check")
        .examples(kCheckExamples),
};

}  // namespace facio::channels
