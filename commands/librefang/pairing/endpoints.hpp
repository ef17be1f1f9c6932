// Devices (document: Device Pairing).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/pairing/shapes.hpp"

namespace facio::librefang::pairing {

inline constexpr Column kColumns[] = {
    {"device_id", "ID"}, {"display_name", "NAME"}, {"platform", "PLATFORM"}, {"paired_at", "PAIRED"}, {"last_seen", "LAST SEEN"},
};
inline constexpr Param kId =
    path_param("id", "id of the device", {.example = "253ef394-7874-4765-ae66-1c74c48dd4d1", .value_name = "DEVICE"});
inline constexpr Param kKeyTo =
    local_flag("key_to", types::string, "write the device's key to this new file; without it the key is not kept", {.value_name = "FILE"});

inline constexpr Endpoint kEndpoints[] = {
    post("librefang.pairing.request", "/api/pairing/request", "Make a token for a new device").reply(kRequest),
    post("librefang.pairing.complete", "/api/pairing/complete", "Make a device belong to the daemon")
        .params(kKeyTo)
        .body(kComplete)
        .reply(kDevice, {}, "device_id")
        .errors<Code::rejected>(),
    get("librefang.pairing.list", "/api/pairing/devices", "List the devices")
        .list(kListOf<kDevice, "LibrefangDeviceList">, kDevice, kColumns, "device_id"),
    del("librefang.pairing.delete", "/api/pairing/devices/{id}", "Remove a device").params(kId).reply(kDone).errors<Code::not_found>(),
    post("librefang.pairing.notify", "/api/pairing/notify", "Send a message to every device").body(kNotify).reply(kNotified),
};

}  // namespace facio::librefang::pairing
