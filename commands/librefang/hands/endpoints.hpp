// Hands (document: Hands).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/hands/shapes.hpp"

namespace facio::librefang::hands {

inline constexpr Param kHandId = path_param("hand_id", "id or name of the hand", {.example = "browser", .value_name = "HAND"});
inline constexpr Param kId =
    path_param("id", "the hand at work: its id, or that of the hand", {.example = "browser", .value_name = "INSTANCE"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.hands.list", "/api/hands", "List the hands").list(kListOf<kHand, "LibrefangHandList">, kHand, kColumns, "id"),
    get("librefang.hands.active", "/api/hands/active", "List the hands at work")
        .list(kListOf<kInstance, "LibrefangHandInstanceList">, kInstance, kInstanceColumns, "instance_id"),
    get("librefang.hands.get", "/api/hands/{hand_id}", "Show one hand").params(kHandId).reply(kHand, {}, "id").errors<Code::not_found>(),
    post("librefang.hands.install", "/api/hands/install", "Install a hand")
        .body(kInstall)
        .reply(kInstalled, {}, "id")
        .errors<Code::rejected>(),
    post("librefang.hands.activate", "/api/hands/{hand_id}/activate", "Let a hand work")
        .params(kHandId)
        .body(kActivate)
        .reply(kInstance, {}, "instance_id")
        .errors<Code::not_found, Code::rejected>(),
    post("librefang.hands.check-deps", "/api/hands/{hand_id}/check-deps", "Check whether a hand has what it needs")
        .params(kHandId)
        .reply(kCheckedHand)
        .errors<Code::not_found>(),
    post("librefang.hands.install-deps", "/api/hands/{hand_id}/install-deps", "Install what a hand needs")
        .params(kHandId)
        .slow()
        .reply(kCheckedHand)
        .errors<Code::not_found>(),
    get("librefang.hands.settings", "/api/hands/{hand_id}/settings", "List the settings of a hand")
        .params(kHandId)
        .list(kListOf<kSetting, "LibrefangHandSettingList">, kSetting, kSettingColumns, "key")
        .errors<Code::not_found>(),
    put("librefang.hands.set", "/api/hands/{hand_id}/settings", "Change settings of a hand at work")
        .params(kHandId)
        .assignments(kSet)
        .reply(kWasSet)
        .errors<Code::not_found>(),
    post("librefang.hands.pause", "/api/hands/instances/{id}/pause", "Let a hand rest")
        .params(kId)
        .reply(kInstance)
        .errors<Code::not_found>(),
    post("librefang.hands.resume", "/api/hands/instances/{id}/resume", "Let a resting hand go on")
        .params(kId)
        .reply(kInstance)
        .errors<Code::not_found>(),
    del("librefang.hands.deactivate", "/api/hands/instances/{id}", "Let a hand stop working")
        .params(kId)
        .reply(kInstance)
        .errors<Code::not_found>(),
    get("librefang.hands.stats", "/api/hands/instances/{id}/stats", "Show figures of a hand at work")
        .params(kId)
        .reply(kStats)
        .errors<Code::not_found>(),
    get("librefang.hands.browser", "/api/hands/instances/{id}/browser", "Show where a hand's browser is")
        .params(kId)
        .reply(kBrowser)
        .errors<Code::not_found>(),
    post("librefang.hands.reload", "/api/hands/reload", "Read the hands from disk again").reply(kReloaded),
    del("librefang.hands.delete", "/api/hands/{hand_id}", "Uninstall a hand")
        .params(kHandId)
        .reply(kDone)
        .errors<Code::not_found, Code::conflict>(),
};

}  // namespace facio::librefang::hands
