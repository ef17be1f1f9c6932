// Devices that belong to a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::pairing {

inline constexpr Field kRequestFields[] = {
    text("token", "what the device gives back, once"),
    text("qr_uri", "the same as an address for a QR code", kMayMiss),
    text("expires_at", "until when", kTime),
};
inline constexpr Shape kRequest{"LibrefangPairingRequest", "What a new device needs", kRequestFields, true};

inline constexpr Field kCompleteFields[] = {
    text("token", "the token that `pairing request` has answered", {.secret = true, .flag = "pairing-token"}),
    text("display_name", "name of the device", {.optional = true, .flag = "name", .value_name = "NAME"}),
    text("platform", "ios, android …", kMayMiss),
    text("push_token", "the device's token for messages to it", {.secret = true, .optional = true}),
};
inline constexpr Shape kComplete{"LibrefangPairingComplete", "A device that wants to belong to the daemon", kCompleteFields};

inline constexpr Field kDeviceFields[] = {
    text("device_id", "id of the device"),
    text("display_name", "its name", kMayMiss),
    text("platform", "ios, android …", kMayMiss),
    text("paired_at", "since when it belongs to the daemon", kTime),
    text("last_seen", "when it was last heard of", kTime),
    text("api_key", "key of the device", {.nullable = true, .secret = true, .optional = true}),
};
inline constexpr Shape kDevice{"LibrefangDevice", "A device", kDeviceFields, true};

inline constexpr Field kNotifyFields[] = {
    text("title", "title of the message", {.optional = true, .example = "LibreFang"}),
    text("message", "the message", {.not_blank = true, .example = "The review is done"}),
};
inline constexpr Shape kNotify{"LibrefangNotify", "A message for every device", kNotifyFields};
inline constexpr Field kNotifiedFields[] = {
    boolean("ok", "whether it was sent"),
    integer("notified", "to how many devices"),
    any("failed", "which did not get it", kMayMiss),
};
inline constexpr Shape kNotified{"LibrefangNotified", "Who got the message", kNotifiedFields, true};

}  // namespace facio::librefang::pairing
