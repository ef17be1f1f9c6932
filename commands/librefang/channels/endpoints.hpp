// Channels (document: Channels).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/channels/shapes.hpp"

namespace facio::librefang::channels {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},           {"display_name", "TITLE"},      {"enabled", "ENABLED"},
    {"has_token", "HAS TOKEN"}, {"category", "CATEGORY", true}, {"description", "DESCRIPTION", true},
};
inline constexpr Param kName = path_param("name", "name of the channel", {.example = "telegram", .value_name = "CHANNEL"});
inline constexpr Param kQrSession =
    query_param("session_id", types::string, "what `channels qr-start` answered", {.required = true, .flag = "session"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.channels.list", "/api/channels", "List the channels")
        .list(kListOf<kChannel, "LibrefangChannelList">, kChannel, kColumns, "name"),
    post("librefang.channels.set", "/api/channels/{name}/configure", "Set up a channel")
        .params(kName)
        .body(kSet)
        .reply(kSetDone)
        .errors<Code::not_found, Code::rejected>()
        .slow(),
    del("librefang.channels.delete", "/api/channels/{name}/configure", "Undo the setup of a channel")
        .params(kName)
        .reply(kSetDone)
        .errors<Code::not_found>()
        .slow(),
    post("librefang.channels.test", "/api/channels/{name}/test", "Test a channel")
        .params(kName)
        .body(kTest)
        .reply(kDone)
        .errors<Code::not_found>()
        .slow(),
    post("librefang.channels.reload", "/api/channels/reload", "Start the channels again").reply(kReloaded).slow(),
    post("librefang.channels.qr-start", "/api/channels/whatsapp/qr/start", "Get a code that links a phone with WhatsApp").reply(kQr).slow(),
    get("librefang.channels.qr-status", "/api/channels/whatsapp/qr/status", "Show whether the phone is linked")
        .params(kQrSession)
        .reply(kQr),
};

}  // namespace facio::librefang::channels
